#!/usr/bin/env python3
"""Trains a golden model with ranks that a launcher starts, and compares: the same bytes of metrics as with threads, the time apart,
and each step's loss and gradient norm with PyTorch's.

    run_started.py FOLDER --mesh dp_shard=2,tp=2 ... [--dtype float64] -- LAUNCHER... -n {ranks}

What follows -- starts the processes; {ranks} stands for their number. Exit code 0 if all is the same and within the tolerances.
"""

import argparse
import pathlib
import sys
import tempfile

import training


def check(case, launcher):
    """Runs a case both ways, and returns whether the figures hold."""
    with tempfile.TemporaryDirectory() as work:
        program = training.compile_program(case, pathlib.Path(work))
        threads = training.run_program(case, program)
        started = training.run_program(case, program, launcher=[word.format(ranks=case.ranks) for word in launcher])
    same = training.without_times(threads) == training.without_times(started)
    figures = training.compare(started, training.golden(case.folder))
    within = all(figures[name][0] <= limit for name, limit in training.TOLERANCES[case.dtype].items())
    text = "  ".join(f"{name} {worst:.1e}" for name, (worst, _) in figures.items())
    print(f"{'ok' if same and within else 'FAIL':5}{case}: {'the same' if same else 'OTHER'} bits as threads  {text}", flush=True)
    return same and within


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mesh", nargs="+", required=True)
    parser.add_argument("--dtype", choices=training.TOLERANCES, default="float32")
    words = sys.argv[1:]
    split = words.index("--")
    arguments, launcher = parser.parse_args(words[:split]), words[split + 1 :]
    try:
        results = [check(training.Case(arguments.folder, mesh, 1, arguments.dtype), launcher) for mesh in arguments.mesh]
    except training.Failure as failure:
        sys.exit(f"FAIL {failure}")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
