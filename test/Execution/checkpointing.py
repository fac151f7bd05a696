"""Trains a golden model with and without activation checkpointing, on one mesh, in float32 and float64 or in the dtype that is named: PyTorch's figures, the same bits in
each way, and no more memory than without; less where all layers are recomputed.

Usage: checkpointing.py [--dtype=bfloat16] FOLDER MESH [ACCUMULATION [KEY=VALUE...]]
"""

import pathlib
import sys
import tempfile

import training

WAYS = ["none", "full", "modules", "every:2"]


def figures(metrics):
    return [(line["step"], line["loss"], line["grad_norm"]) for line in metrics]


def check(folder, mesh, accumulation, settings, dtype):
    runs, arenas = {}, {}
    for way in WAYS:
        options = [word for setting in [f"activation_checkpointing={way}", *settings] for word in ("--set", setting)]
        case = training.Case(folder, mesh, accumulation, dtype, options)
        with tempfile.TemporaryDirectory() as work:
            runs[way] = training.train(case, pathlib.Path(work))
        arenas[way] = runs[way][0]["arena_bytes"]
        for name, (relative, step) in training.compare(runs[way], training.golden(folder)).items():
            if relative > training.TOLERANCES[dtype][name]:
                raise training.Failure(f"{case}: {name} is {relative:.2e} from PyTorch's at step {step}")
    for way in WAYS:
        for line, other in zip(figures(runs[way]), figures(runs["none"])):
            if line != other:
                raise training.Failure(f"{mesh} {dtype}: (step, loss, grad_norm) is {line} with {way} and {other} without")
    for way, arena in arenas.items():
        if arena > arenas["none"] or (way in ("full", "modules") and arena == arenas["none"]):
            raise training.Failure(f"{mesh} {dtype}: an arena of {arena} bytes with {way}, {arenas['none']} without")
    sizes = ", ".join(f"{way} {arena}" for way, arena in arenas.items())
    print(f"ok: {pathlib.Path(folder).name} {mesh} {dtype} accumulation {accumulation} {' '.join(settings)}, bytes of arena: {sizes}")


def main():
    dtypes = [word.removeprefix("--dtype=") for word in sys.argv[1:] if word.startswith("--dtype=")]
    folder, mesh, *rest = sys.argv[1 + len(dtypes) :]
    for dtype in dtypes or ("float32", "float64"):
        check(folder, mesh, int(rest[0]) if rest else 1, rest[1:], dtype)


if __name__ == "__main__":
    main()
