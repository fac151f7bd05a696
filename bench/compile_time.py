#!/usr/bin/env python3
"""Prints how long shardc takes for Llama 3.1 8B, as Markdown: medians of wall seconds, and ratios within one run.

    PATH=build/bin:$PATH bench/compile_time.py [--runs 3]
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test" / "Execution"))
import training  # noqa: E402

MODEL = ROOT / "test" / "Driver" / "Inputs" / "llama-3.1-8b" / "config.json"


def settings(dp, tp, *more):
    """A sample for each data-parallel rank, so that the work of a rank is the same on every mesh."""
    pairs = [f"distributed.dp_size={dp}", f"distributed.tp_size={tp}", f"train.global_batch={dp}", "train.sequence_length=2048", *more]
    return [word for pair in pairs for word in ("--set", pair)]


def interleaved(runs, *commands):
    """The median wall seconds of each command; they take turns, so that what disturbs one disturbs all."""
    seconds = [[] for _ in commands]
    for _ in range(runs):
        for taken, command in zip(seconds, commands):
            start = time.monotonic()
            training.run(*command)
            taken.append(time.monotonic() - start)
    return [statistics.median(taken) for taken in seconds]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print("| what | seconds | ratio |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        shardc = ["shardc", MODEL]
        eight, deep = settings(8, 8), settings(8, 8, "model.num_hidden_layers=126")

        report, program = interleaved(runs, [*shardc, *eight, "--report"], [*shardc, *eight, "-o", f"{work}/8b.shard"])
        print(f"| report, dp_shard 8 x tp 8 | {report:.2f} | |")
        print(f"| program, dp_shard 8 x tp 8 | {program:.2f} | |", flush=True)

        cuda = [*shardc, *eight, "--target=cuda", "--gpu-arch=sm_90"]
        ptx, cubin = interleaved(runs, [*cuda, "--gpu-code=ptx", "-o", f"{work}/ptx.shard"], [*cuda, "--gpu-code=cubin", "-o", f"{work}/cubin.shard"])
        text = training.run(*cuda, "--emit=ptx")
        print(f"| program for GPUs, PTX alone: {text.count('.visible .entry')} functions, {len(text)} bytes of PTX | {ptx:.2f} | |")
        print(f"| program for GPUs with a cubin for sm_90, {pathlib.Path(work, 'cubin.shard').stat().st_size} bytes | {cubin:.2f} | |", flush=True)

        stop = ["--emit=differentiate", "-o", f"{work}/text.mlir"]
        shallow, tall = interleaved(runs, [*shardc, *eight, *stop], [*shardc, *deep, *stop])
        print(f"| up to differentiate, 32 layers | {shallow:.2f} | |")
        print(f"| up to differentiate, 126 layers | {tall:.2f} | {tall / shallow:.2f} |", flush=True)
        all_shallow, all_tall = interleaved(runs, [*shardc, *eight, "-o", f"{work}/8b.shard"], [*shardc, *deep, "-o", f"{work}/8b.shard"])
        print(f"| program, 32 layers | {all_shallow:.2f} | |")
        print(f"| program, 126 layers | {all_tall:.2f} | {all_tall / all_shallow:.2f} |", flush=True)

        small, large = settings(4, 2), settings(4096, 2)
        few, many = interleaved(runs, [*shardc, *small, "-o", f"{work}/8b.shard"], [*shardc, *large, "-o", f"{work}/8b.shard"])
        for name, taken, ratio, words in (("8 ranks (dp_shard 4 x tp 2)", few, "", small), ("8,192 ranks (dp_shard 4,096 x tp 2)", many, f"{many / few:.2f}", large)):
            report = json.loads(training.run(*shardc, *words, "--report=json"))
            print(f"| program, {name}: {report['tasks']} tasks, {report['kernels']} kernels | {taken:.2f} | {ratio} |")


if __name__ == "__main__":
    main()
