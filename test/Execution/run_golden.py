#!/usr/bin/env python3
"""Trains a golden model on meshes and compares each step's loss and gradient norm with PyTorch's.

    run_golden.py FOLDER [--dtype float64] [--mesh dp_shard=2,tp=2 ...] [--accumulation 1 3] [--steps 20] [--agree] [--launcher WORDS] [-- OPTION...]

Without --mesh all meshes of the golden runs are taken; those on which the micro batches do not divide are left out. With --agree any two of the runs must also agree
within the tolerance between meshes. --launcher starts the ranks as processes; {ranks} in its words stands for their number. What follows -- goes to shardc. Exit code 0 if all is within the tolerances; the worst figures are printed either way.
"""

import argparse
import pathlib
import sys
import tempfile

import training


def report(name, figures, tolerances):
    """Prints the worst figures of one run, and returns whether they are within the tolerances."""
    ok = all(figures[key][0] <= tolerances[key] for key in figures)
    text = "  ".join(f"{key} {figures[key][0]:.1e} (step {figures[key][1]})" for key in figures)
    print(f"{'ok' if ok else 'FAIL':5}{str(name):60}{text}", flush=True)
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dtype", choices=training.TOLERANCES, default="float64")
    parser.add_argument("--mesh", nargs="+", default=training.MESHES)
    parser.add_argument("--accumulation", nargs="+", type=int, default=[1])
    parser.add_argument("--steps", type=int, help="run the first steps alone")
    parser.add_argument("--agree", action="store_true", help="any two runs must agree, too")
    parser.add_argument("--launcher", default="")
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    arguments, options = parser.parse_args(words[:split]), words[split + 1 :]

    expected, tolerances = training.golden(arguments.folder)[: arguments.steps], training.TOLERANCES[arguments.dtype]
    cases = [
        training.Case(arguments.folder, mesh, count, arguments.dtype, options)
        for mesh in arguments.mesh
        for count in arguments.accumulation
    ]
    run_options = ["--steps", arguments.steps] if arguments.steps else []
    runs, ok = {}, True
    for case in filter(training.Case.splits, cases):
        try:
            with tempfile.TemporaryDirectory() as work:
                runs[str(case)] = training.train(case, pathlib.Path(work), *run_options, launcher=arguments.launcher.format(ranks=case.ranks).split())
            ok &= report(case, training.compare(runs[str(case)], expected), tolerances)
        except training.Failure as failure:
            ok = False
            print(f"FAIL {case}: {failure}", flush=True)
    if not runs:
        sys.exit("nothing ran")
    if arguments.agree:
        worst = training.furthest_pair(runs)
        ok &= report("any two of these", worst, dict.fromkeys(worst, training.MESH_TOLERANCES[arguments.dtype]))
        print("  ".join(f"{key}: {pair}" for key, (_, _, pair) in worst.items()))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
