#!/usr/bin/env python3
"""Compares the time that two builds of shardc take for the same work, as Markdown: user and system seconds, medians of runs that take turns.

    bench/compare_compile_time.py BEFORE/bin/shardc AFTER/bin/shardc [--runs 5]
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

from cpu_time import cpu_seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "test" / "Driver" / "Inputs" / "llama-3.1-8b" / "config.json"
LARGE = {"num_hidden_layers": 126, "hidden_size": 16384, "intermediate_size": 53248, "num_attention_heads": 128, "num_key_value_heads": 8}


def sets(**settings):
    return [word for key, value in settings.items() for word in ("--set", f"{key.replace('__', '.')}={value}")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    eight = sets(distributed__dp_size=8, distributed__tp_size=8, train__global_batch=8, train__sequence_length=2048)
    large = sets(distributed__dp_size=2048, distributed__tp_size=8, train__global_batch=2048, train__sequence_length=8192)
    large += sets(**{f"model__{key}": value for key, value in LARGE.items()})
    print("| what | before, s | after, s | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        program = ["-o", f"{work}/program.shard"]
        for what, arguments in (
            ("Llama 3.1 8B, dp_shard 8 x tp 8, program for CPUs", eight + program),
            ("the same for sm_90, with a cubin", eight + ["--target=cuda", "--gpu-arch=sm_90", *program]),
            ("Llama 3.1 405B, dp_shard 2048 x tp 8, --report", large + ["--report"]),
        ):
            seconds = [], []
            for _ in range(options.runs):
                for shardc, taken in zip((options.before, options.after), seconds):
                    taken.append(cpu_seconds([shardc, MODEL, *arguments]))
            before, after = map(statistics.median, seconds)
            print(f"| {what} | {before:.2f} | {after:.2f} | {after / before:.3f} |", flush=True)


sys.exit(main())
