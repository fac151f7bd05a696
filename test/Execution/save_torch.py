#!/usr/bin/env python3
"""Trains a golden model with --save, loads the folder with PyTorch, and compares what its models give.

    save_torch.py FOLDER [--dtype float64] [--mesh dp_shard=2,tp=2]

The logits of two sequences must be those of PyTorch's own final weights within 1e-5 of the largest logit, and the loss that PyTorch computes from the saved folder the one
that a run from it reports for its first step, within 1e-5. Needs python3-torch and python3-numpy; the models are those of golden/make_golden.py.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy
import torch

import checkpoint
import training

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
import make_golden

TOLERANCE = 1e-5


def load(tensors):
    """Weights for PyTorch's models, in float64 so that rounding of the models' own does not show."""
    return {name: torch.frombuffer(bytearray(data), dtype=torch.float32).reshape(shape).double() for name, (_, shape, data) in tensors.items()}


def logits(config, weights, ids):
    with torch.no_grad():
        return make_golden.model_of(config).logits(weights, torch.from_numpy(ids.astype(numpy.int64)))


def read_samples(case, count):
    """The first samples of the model's tokens, each with the token that follows."""
    length = case.train()["sequence_length"]
    tokens = numpy.fromfile(case.folder / "tokens.bin", dtype="<u2")
    return numpy.stack([tokens[k * length : k * length + length + 1] for k in range(count)])


def compare_logits(case, config, saved):
    samples = read_samples(case, 2)[:, :-1]
    own = logits(config, load(saved), samples)
    expected = logits(config, load(checkpoint.read_file(case.folder / "expected.safetensors")), samples)
    return ((own - expected).abs().max() / expected.abs().max()).item()


def compare_loss(case, config, saved, program, folder):
    """The loss of the first step from the saved folder, by shard-run against PyTorch."""
    train = case.train()
    samples = read_samples(case, train["global_batch"] * train["accumulation"])
    own = logits(config, load(saved), samples[:, :-1])
    targets = torch.from_numpy(samples[:, 1:].astype(numpy.int64))
    expected = torch.nn.functional.cross_entropy(own.reshape(-1, own.shape[-1]), targets.reshape(-1)).item()
    (step,) = training.run_program(case, program, "--steps", 1, weights=folder)
    return abs(step["loss"] - expected) / expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dtype", choices=training.TOLERANCES, default="float32")
    parser.add_argument("--mesh", default="dp_shard=2,tp=2")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    case = training.Case(arguments.folder, arguments.mesh, dtype=arguments.dtype)
    with tempfile.TemporaryDirectory() as work:
        program, folder = training.compile_program(case, pathlib.Path(work)), pathlib.Path(work) / "saved"
        training.run_program(case, program, "--save", folder)
        config, saved = json.loads((folder / "config.json").read_text()), checkpoint.read_folder(folder)
        far = {"logits": compare_logits(case, config, saved), "loss": compare_loss(case, config, saved, program, folder)}
    ok = all(figure <= TOLERANCE for figure in far.values())
    print(f"{'ok' if ok else 'FAIL':5}{str(case):64}logits {far['logits']:.1e}  loss {far['loss']:.1e}")
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
