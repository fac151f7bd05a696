#!/usr/bin/env python3
"""Does something to one rank of a training run, at a random moment, and checks how the run ends.

    kill_ranks.py FOLDER [--fault kill|stop|term] [--runs N] [--each] [--steps N] [--random SEED] -- LAUNCHER... -n {ranks}

FOLDER is a golden model; what follows -- starts the processes, {ranks} stands for their number. The fault is a signal to the process of
a random rank, or with --each to that of every rank in turn:

    kill   SIGKILL, at any moment from the launcher's start to the run's end: within 5 s all is over, and every other rank has named
           the one that died and exited with 6, unless the launcher killed it after that
    stop   SIGSTOP, in a step: the same within the watchdog's deadline of 3 s and 5 s more
    term   SIGTERM, in a step: every rank ends with 75, and so does the launcher

After each run no process and no shared memory is left, and no folder of the launcher's. Before the ranks know one another, a rank's
death is the launcher's to report; such runs are counted apart, and what Open MPI leaves behind when it hangs then is not counted at all. Exit code 0 if every run was as it must be.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import training

SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "term": signal.SIGTERM}
EXIT_LOST, EXIT_STOPPED = 6, 75
WATCHDOG = 3  # seconds
PATIENCE = 5  # seconds within which all must have ended
BEFORE = "before the ranks knew one another"

# Runs a rank, and keeps its process id, output and exit code under the rank's number, as the launcher does not. Whatever ends the
# rank ends this shell alike, but a signal that the rank outlives.
RANK = """
rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-$RANK}}
trap : TERM INT
sh -c 'echo $$ > "$0".pid && exec "$@" > "$0".out 2> "$0".err' "$0/$rank" "$@"
code=$?
echo $code > "$0/$rank.code"
if [ $code -gt 128 ]; then trap - TERM INT; kill -$((code - 128)) $$; fi
exit $code
"""


class Run:
    """One run of a program, and what its ranks left behind in a folder."""

    def __init__(self, case, program, launcher, options, work):
        self.ranks, self.work = range(case.ranks), pathlib.Path(work)
        (self.work / "tmp").mkdir()
        words = [word.format(ranks=case.ranks) for word in launcher]
        command = ["shard-run", program, "--weights", case.folder, "--tokens", f"raw16:{case.folder}/tokens.bin", *options]
        with open(self.work / "launcher", "w") as output:
            self.launcher = subprocess.Popen(
                [str(word) for word in [*words, "sh", "-c", RANK, self.work, *command]],
                stdout=output,
                stderr=output,
                env={**os.environ, "TMPDIR": str(self.work / "tmp")},
            )

    def text(self, name):
        path = self.work / name
        return path.read_text() if path.exists() else ""

    def pid(self, rank):
        """The process of a rank, or None while there is none."""
        text = self.text(f"{rank}.pid")
        return int(text) if text.endswith("\n") else None

    def code(self, rank):
        """A rank's exit code, more than 128 for a signal; None where the launcher killed the shell before it was noted."""
        text = self.text(f"{rank}.code")
        return int(text) if text else None

    def has_begun(self, steps=0):
        """Whether rank 0 has printed its settings, and so many steps: then all ranks know one another."""
        output = self.text("0.out")
        return "memory a rank" in output and output.count("\nstep ") >= steps

    def wait(self, seconds):
        """Waits until the launcher and all ranks have ended; returns whether they have."""
        return within(seconds, lambda: self.launcher.poll() is not None) and within(1, lambda: not self.processes())

    def processes(self):
        """The processes that belong to this run."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.work).encode() in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:  # it has gone meanwhile
                continue
        return [pid for pid in found if pid != os.getpid() and (pid != self.launcher.pid or self.launcher.poll() is None)]

    def launcher_hangs(self):
        """Whether the launcher has not noticed that all ranks have ended."""
        return self.processes() == [self.launcher.pid]


def shared_memory():
    """The files of shared memory that no process has mapped."""
    files = {str(path) for path in pathlib.Path("/dev/shm").rglob("*") if path.is_file()}
    for maps in pathlib.Path("/proc").glob("[0-9]*/maps"):
        try:
            files -= {line.split(maxsplit=5)[-1] for line in maps.read_text().splitlines() if "/dev/shm/" in line}
        except OSError:
            continue
    return files


def within(seconds, condition):
    """Whether `condition` comes to hold within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def complaints(run, before):
    """What an ended run has left behind."""
    if run.processes():
        yield f"processes {run.processes()} are left"
    if not within(2, lambda: not shared_memory() - before):
        yield f"shared memory is left: {shared_memory() - before}"
    left = [path for path in (run.work / "tmp").rglob("*") if not path.is_dir()]
    if left:
        yield f"files of the launcher are left: {left}"


def judge_lost(run, victim, sentence, had_begun):
    """Returns what a run was in which a rank was lost, and what is wrong with it."""
    others = [rank for rank in run.ranks if rank != victim]
    named = [rank for rank in others if re.search(sentence, run.text(f"{rank}.err"))]
    codes = {rank: run.code(rank) for rank in others if run.code(rank) is not None}
    if named == others:
        return "named on all other ranks", [] if set(codes.values()) <= {EXIT_LOST} else [f"exit codes {codes}"]
    if set(codes.values()) == {0} and not named:
        return "after the ranks' end", []
    if not had_begun and not named:
        if re.search(rf"\brank {victim}\b|KILLED BY SIGNAL", run.text("launcher")):
            return BEFORE, []
        if 128 + signal.SIGTERM in codes.values():  # which a rank that has begun MPI takes for a wish to stop
            return BEFORE + ", unnamed by the launcher", []
    return "wrong", [f"only ranks {named} name it, exit codes {codes}"]


def judge_stopped(run):
    codes = {rank: run.code(rank) for rank in run.ranks if run.code(rank) is not None}
    if set(codes.values()) == {EXIT_STOPPED} == {run.launcher.returncode}:
        return f"exit code {EXIT_STOPPED}", []
    return "wrong", [f"exit codes {codes}, the launcher's {run.launcher.returncode}"]


def one_run(arguments, case, program, launcher, victim, length, choose):
    """Returns what the run was, the seconds from the fault to its end, and what was wrong."""
    options = ["--steps", arguments.steps]
    if arguments.fault == "stop":
        options += ["--watchdog", WATCHDOG]
    before = shared_memory()
    with tempfile.TemporaryDirectory() as work:
        run = Run(case, program, launcher, options, work)
        if arguments.fault != "kill":
            within(60, lambda: run.has_begun(steps=1))
        time.sleep(choose.uniform(0, length))
        within(60, lambda: run.pid(victim) or run.launcher.poll() is not None)
        had_begun, start = run.has_begun(), time.monotonic()
        try:
            os.kill(run.pid(victim), SIGNALS[arguments.fault])
        except (ProcessLookupError, TypeError):
            run.wait(60)
            return "after the victim's end", 0, list(complaints(run, before))
        ended = run.wait(PATIENCE + (WATCHDOG + 1 if arguments.fault == "stop" else 0))
        seconds = time.monotonic() - start
        hangs = not ended and run.launcher_hangs()
        if not ended:
            run.launcher.kill()
            run.launcher.wait()
        who = rf"error: rank {victim} \(host \S+, pid {run.pid(victim)}\) "
        if arguments.fault == "term":
            what, wrong = judge_stopped(run)
        else:
            kind = "(has died|is lost)" if arguments.fault == "kill" else "(has not answered for|has not reached) "
            what, wrong = judge_lost(run, victim, who + kind, had_begun)
        if hangs and what == BEFORE:  # seen of Open MPI 4.1.4, where a rank died as it connected to it
            return BEFORE + " (the launcher hung when all ranks had ended)", seconds, []
        wrong += [] if ended else ["it did not end"]
        wrong += complaints(run, before)
        if wrong:
            wrong += [f"{path.name}: {path.read_text()[-600:]}" for path in sorted(run.work.glob("*.err"))] + [run.text("launcher")]
        return what, seconds, wrong


def measure(case, program, launcher, steps):
    """The seconds that an undisturbed run takes."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        run = Run(case, program, launcher, ["--steps", steps], work)
        if not run.wait(300) or run.launcher.returncode:
            raise training.Failure(f"an undisturbed run fails: {run.text('launcher')}{run.text('0.err')}")
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--fault", choices=SIGNALS, default="kill")
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--each", action="store_true", help="every rank in turn, not a random one")
    parser.add_argument("--mesh", default="dp_shard=2,tp=2")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--random", type=int, default=1, help="seed of the choice of ranks and moments")
    words = sys.argv[1:]
    split = words.index("--")
    arguments, launcher = parser.parse_args(words[:split]), words[split + 1 :]
    case, choose = training.Case(arguments.folder, arguments.mesh, dtype="float32"), random.Random(arguments.random)
    kinds, longest, failed = {}, 0, 0
    with tempfile.TemporaryDirectory() as work:
        program = training.compile_program(case, pathlib.Path(work))
        length = measure(case, program, launcher, arguments.steps)
        if arguments.fault != "kill":  # in a step: the run is made too long to end by itself
            arguments.steps, length = 1000000, 0.5
        for index in range(arguments.runs):
            victim = index % case.ranks if arguments.each else choose.randrange(case.ranks)
            what, seconds, wrong = one_run(arguments, case, program, launcher, victim, length, choose)
            kinds[what] = kinds.get(what, 0) + 1
            longest, failed = max(longest, seconds), failed + bool(wrong)
            if wrong:
                print(f"FAIL run {index}, rank {victim}, {what}, {seconds:.2f} s:", *wrong, sep="\n  ", flush=True)
    figures = ", ".join(f"{count} {what}" for what, count in sorted(kinds.items()))
    print(f"{arguments.fault}: {arguments.runs} runs of {length:.1f} s: {figures}; the longest ended after {longest:.2f} s; {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
