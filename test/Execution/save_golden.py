#!/usr/bin/env python3
"""Trains a golden model on meshes with --save and compares the saved weights with PyTorch's.

    save_golden.py FOLDER [--dtype float64] [--mesh dp_shard=2,tp=2 ...]

Each saved folder must have the names, shapes and config.json of FOLDER. A last run loads the first mesh's folder on the last mesh, takes no step and saves: the same bytes.
Exit code 0 if all is within the tolerances; the worst tensor of each mesh is printed either way.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import checkpoint
import training

# Key biases have no gradient but rounding noise, which Adam blows up.
NOISE = ("k_proj.bias", "c_attn.bias")


def tolerance(gap, dtype):
    """How far a tensor may be from PyTorch's float64 run, whose float32 run is `gap` away."""
    return max(1e-4, 10 * gap) if dtype == "float32" else 1e-8


def train_and_save(case, weights, work, name, *options):
    program = training.compile_program(case, work, name)
    folder = work / name
    printed = training.run("shard-run", program, "--weights", weights, "--tokens", f"raw16:{case.folder}/tokens.bin", "--save", folder, *options)
    if "saved " not in printed:
        raise training.Failure(f"{case}: does not say that it saved")
    return folder


def check_folder(case, folder):
    """Compares what was saved with the expected weights; returns the worst tensor, its distance and whether all are within their tolerances."""
    names = sorted(path.name for path in folder.iterdir())
    if names != ["config.json", "model.safetensors"]:
        raise training.Failure(f"{case}: saved {names}")
    if (folder / "config.json").read_bytes() != (case.folder / "config.json").read_bytes():
        raise training.Failure(f"{case}: config.json differs")
    saved, expected = checkpoint.read_folder(folder), checkpoint.read_file(case.folder / "expected.safetensors")
    if list(saved) != list(checkpoint.read_folder(case.folder)):
        raise training.Failure(f"{case}: saved the tensors {list(saved)}")
    gaps = json.loads((case.folder / "expected.json").read_text())["float32_gap"]
    worst, ok = (-1.0, ""), True
    for name in saved:
        if not name.endswith(NOISE):
            far = checkpoint.distance(saved[name], expected[name])
            worst, ok = max(worst, (far, name)), ok and far <= tolerance(gaps[name], case.dtype)
    return worst, ok


def check_resumed(case, first, work):
    again = train_and_save(case, first, work, "again", "--steps", "0")
    same = (again / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()
    print(f"{'ok' if same else 'FAIL':5}{case.folder.name} loaded on {case.mesh} and saved again: {'the same bytes' if same else 'other bytes'}")
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dtype", choices=training.TOLERANCES, default="float32")
    parser.add_argument("--mesh", nargs="+", default=training.MESHES)
    arguments = parser.parse_args()
    first, ok = None, True
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for i, mesh in enumerate(arguments.mesh):
            case = training.Case(arguments.folder, mesh, dtype=arguments.dtype)
            if not case.splits():
                continue
            folder = train_and_save(case, case.folder, work, f"saved-{i}")
            (far, name), within = check_folder(case, folder)
            ok &= within
            print(f"{'ok' if within else 'FAIL':5}{str(case):64}{far:.1e} ({name})", flush=True)
            first = first or folder
        if arguments.dtype == "float32":  # a float64 run loses bits when it saves
            ok &= check_resumed(case, first, work)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    try:
        main()
    except training.Failure as failure:
        sys.exit(str(failure))
