#!/usr/bin/env python3
"""Prints how the CPU time of shardc up to place grows with the number of layers, as Markdown.

    PATH=build/bin:$PATH bench/place_time.py [LAYERS...] [--runs 3] [--most RATIO]

LAYERS are two numbers or more, 500 and 2,000 by default; a ratio is that to the first. With --most the exit code is 1 if
one is greater.
"""

import argparse
import pathlib
import sys

from cpu_time import cpu_seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "test" / "Transforms" / "Place" / "Inputs" / "many-layers"
SETTINGS = ["train.global_batch=2", "train.sequence_length=8", "distributed.dp_size=2"]


def least_seconds(layers, runs):
    """The least CPU seconds of some runs: what else a machine does can only add to them."""
    words = [word for pair in (f"model.num_hidden_layers={layers}", *SETTINGS) for word in ("--set", pair)]
    return min(cpu_seconds(["shardc", MODEL, *words, "--emit=place", "-o", "/dev/null"]) for _ in range(runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layers", type=int, nargs="*", default=[500, 2000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=float, default=float("inf"))
    arguments = parser.parse_args()
    print("| layers | CPU seconds | ratio |\n|---|---|---|")
    first, greatest = None, 0
    for layers in arguments.layers:
        seconds = least_seconds(layers, arguments.runs)
        first = first or seconds
        greatest = max(greatest, seconds / first)
        print(f"| {layers:,} | {seconds:.2f} | {seconds / first:.2f} |", flush=True)
    return 1 if greatest > arguments.most else 0


if __name__ == "__main__":
    sys.exit(main())
