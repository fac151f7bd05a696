"""Trains a golden model with shardc and shard-run, and compares what comes out: for the tests beside this file and for bench/."""

import itertools
import json
import math
import os
import pathlib
import shutil
import subprocess

# The meshes that the golden runs stand for, and what the figures may differ from PyTorch's, relative.
MESHES = ["1", "dp_shard=2", "dp_shard=3", "dp_shard=4", "tp=2", "dp_replicate=2", "dp_replicate=2,dp_shard=2", "dp_shard=2,tp=2"]
TOLERANCES = {"float32": {"loss": 1e-5, "grad_norm": 3e-5}, "float64": {"loss": 1e-9, "grad_norm": 1e-9}, "bfloat16": {"loss": 2e-2, "grad_norm": 5e-2}}
MESH_TOLERANCES = {"float64": 1e-11, "bfloat16": 1e-2}  # between two meshes

# What the clock gives, in a line of metrics.
TIMES = ("tokens_per_second", "step_seconds")


class Failure(Exception):
    """A command that failed, or figures that are not as they must be."""


class Case:
    """One way to train a model: a mesh, a number of micro batches for the same samples, a dtype, other options of shardc."""

    def __init__(self, folder, mesh="1", accumulation=1, dtype="float64", options=()):
        self.folder = pathlib.Path(folder)
        self.mesh, self.accumulation, self.dtype, self.options = mesh, accumulation, dtype, list(options)
        self.sizes = {"dp_replicate": 1, "dp_shard": 1, "tp": 1}
        for axis in mesh.split(",") if mesh != "1" else []:
            name, _, size = axis.partition("=")
            if name not in self.sizes or not size.isdigit():
                raise Failure(f"a mesh is 1 or NAME=SIZE,... of {', '.join(self.sizes)}, got {mesh}")
            self.sizes[name] = int(size)

    def __str__(self):
        return " ".join([self.folder.name, self.mesh, "accumulation", str(self.accumulation), self.dtype, *self.options])

    @property
    def ranks(self):
        return math.prod(self.sizes.values())

    def train(self):
        """The recipe's `train`: the model's own samples, cut into micro batches."""
        train = json.loads((self.folder / "train.json").read_text())
        if train["global_batch"] * train["accumulation"] % self.accumulation:
            raise Failure(f"{self}: {train['global_batch']} samples are no {self.accumulation} micro batches")
        train["global_batch"] = train["global_batch"] * train["accumulation"] // self.accumulation
        train["accumulation"] = self.accumulation
        return train

    def splits(self):
        """Whether every data-parallel rank gets as many samples as the others."""
        return self.train()["global_batch"] % (self.sizes["dp_replicate"] * self.sizes["dp_shard"]) == 0

    def recipe(self):
        replicate, shard = self.sizes["dp_replicate"], self.sizes["dp_shard"]
        return {
            "distributed": {
                "strategy": "fsdp2",
                "dp_size": replicate * shard,
                "dp_replicate_size": replicate,
                "tp_size": self.sizes["tp"],
            },
            "precision": {"param_dtype": self.dtype},
            "train": self.train(),
        }


def run(*command, environment=None):
    """Runs a command and returns what it printed."""
    command = [str(word) for word in command]
    if not shutil.which(command[0]):
        raise Failure(f"{command[0]} is not on the PATH")
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode:
        raise Failure(f"{' '.join(command)}\nexited with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout + done.stderr


def write_recipe(case, path):
    path.write_text(json.dumps(case.recipe(), indent=1))
    return path


def compile_program(case, work, name="model"):
    """Compiles a case to a program file under `work`, and returns its path."""
    program = work / f"{name}.shard"
    run("shardc", case.folder, "--recipe", write_recipe(case, work / f"{name}.yaml"), "-o", program, *case.options)
    return program


def report(case, work):
    """What shardc says that a case's program needs."""
    return json.loads(run("shardc", case.folder, "--recipe", write_recipe(case, work / "report.yaml"), "--report=json", *case.options))


def read_metrics(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def run_program(case, program, *options, launcher=(), weights=None, environment=None):
    """Runs a program on the model's tokens and its weights or others, started by the words of `launcher`; returns its metrics, an object a step."""
    metrics = program.with_suffix(".jsonl")
    run(*launcher, "shard-run", program, "--weights", weights or case.folder, "--tokens", f"raw16:{case.folder}/tokens.bin", "--metrics", metrics, *options,
        environment=environment)
    return read_metrics(metrics)


def train(case, work, *options, launcher=()):
    return run_program(case, compile_program(case, work), *options, launcher=launcher)


def difference(values, reference):
    """The largest relative difference over the steps, and the step; infinite where a figure is not finite."""
    worst = (0.0, 0)
    if len(values) != len(reference):
        raise Failure(f"{len(values)} steps, expected {len(reference)}")
    for step, (value, other) in enumerate(zip(values, reference)):
        relative = abs(value - other) / abs(other)
        worst = max(worst, (relative if math.isfinite(relative) else math.inf, step))
    return worst


def compare(metrics, reference):
    """The largest difference of each figure, with its step."""
    return {name: difference([m[name] for m in metrics], [r[name] for r in reference]) for name in ("loss", "grad_norm")}


def golden(folder):
    return json.loads((pathlib.Path(folder) / "expected.json").read_text())["steps"]


def furthest_pair(runs):
    """The largest difference of each figure between any two of {name: metrics}, with the names."""
    worst = {name: (0.0, 0, "") for name in ("loss", "grad_norm")}
    for (a, first), (b, second) in itertools.combinations(runs.items(), 2):
        for name, (relative, step) in compare(first, second).items():
            worst[name] = max(worst[name], (relative, step, f"{a} and {b}"))
    return worst


def without_times(metrics):
    """The metrics that must be the same in every run of a program."""
    return [{key: value for key, value in line.items() if key not in TIMES} for line in metrics]
