#!/usr/bin/env python3
"""Starts ranks as torchrun and srun do: processes with variables that say who they are and where they meet, and no MPI.

    start_ranks.py [--like torchrun|srun] [--agent] [--patience SECONDS] [--at RANK NAME=VALUE]... N COMMAND...

With --agent this process listens at MASTER_PORT itself, as torchrun's agent may. --at sets a variable for one rank only. The exit
code is that of the first rank that ends with another than 0, after all have ended.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time

VARIABLES = {
    "torchrun": {"RANK": "rank", "WORLD_SIZE": "ranks", "LOCAL_RANK": "rank", "LOCAL_WORLD_SIZE": "ranks"},
    "srun": {"SLURM_PROCID": "rank", "SLURM_NTASKS": "ranks", "SLURM_LOCALID": "rank"},
}


def listen():
    """A socket that listens at a free port, which nobody else takes while it lives."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--like", choices=VARIABLES, default="torchrun")
    parser.add_argument("--agent", action="store_true")
    parser.add_argument("--patience", type=float, default=1, help="seconds that the others have to end when one has failed")
    parser.add_argument("--at", nargs=2, action="append", default=[], metavar=("RANK", "NAME=VALUE"))
    parser.add_argument("ranks", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    listener = listen()
    common = {"MASTER_ADDR": "localhost", "MASTER_PORT": str(listener.getsockname()[1])}
    if arguments.agent:
        common["TORCHELASTIC_USE_AGENT_STORE"] = "True"
    else:
        listener.close()
    processes = []
    for rank in range(arguments.ranks):
        numbers = {"rank": str(rank), "ranks": str(arguments.ranks)}
        own = {name: numbers[what] for name, what in VARIABLES[arguments.like].items()}
        own |= dict(variable.split("=", 1) for at, variable in arguments.at if int(at) == rank)
        processes.append(subprocess.Popen(arguments.command, env={**os.environ, **common, **own}, start_new_session=True))
    sys.exit(wait(processes, arguments.patience))


def wait(processes, patience):
    """Waits for all to end; returns the exit code of the first that failed."""
    failed, deadline, ways = None, 0, [signal.SIGTERM, signal.SIGKILL]
    while None in [process.poll() for process in processes]:
        time.sleep(0.02)
        if failed is None:
            failed = find_failed(processes)
            deadline = time.monotonic() + patience
        elif time.monotonic() > deadline and ways:
            way = ways.pop(0)
            for process in processes:
                if process.poll() is None:
                    os.killpg(process.pid, way)
            deadline += patience
    failed = find_failed(processes) if failed is None else failed
    code = 0 if failed is None else processes[failed].returncode
    return code if code >= 0 else 128 - code


def find_failed(processes):
    """The first rank that has ended with another code than 0, which is said; None where there is none."""
    failed = next((rank for rank, process in enumerate(processes) if process.returncode), None)
    if failed is not None:
        print(f"start_ranks: rank {failed} has ended with {processes[failed].returncode}", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    main()
