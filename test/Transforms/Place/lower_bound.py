#!/usr/bin/env python3
"""Compiles models on several meshes, and checks that the arena is at most 1.01 times the lower bound.

usage: lower_bound.py FOLDER_OF_GOLDEN_RUNS"""

import pathlib
import re
import subprocess
import sys

golden = pathlib.Path(sys.argv[1])
MESHES = [{}, {"tp_size": 2}, {"dp_size": 2}, {"dp_size": 3}, {"dp_size": 2, "tp_size": 2}, {"dp_size": 6, "dp_replicate_size": 2}, {"dp_size": 2, "dp_replicate_size": 2}]
PREFETCH = [{}, {"forward_prefetch": 0, "backward_prefetch": 0}, {"forward_prefetch": 2, "backward_prefetch": 2}, {"reshard_after_forward": "false"}]


def cases():
    for model in ("tiny-llama", "tiny-llama-odd", "tiny-llama3"):
        for mesh in MESHES:
            for accumulation in (1, 3):
                yield model, {**{f"distributed.{k}": v for k, v in mesh.items()}, "train.accumulation": accumulation}
        for prefetch in PREFETCH:
            yield model, {"distributed.dp_size": 3, **{f"distributed.{k}": v for k, v in prefetch.items()}, "train.accumulation": 1}
    for layers in (24, 80):
        yield "tiny-llama", {"model.num_hidden_layers": layers, "distributed.dp_size": 3, "train.accumulation": 2}


worst = 0.0
for model, settings in cases():
    command = ["shardc", str(golden / model), "--emit=place", "--set", "train.global_batch=6"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    run = subprocess.run(command, text=True, capture_output=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: {run.stderr}")
    size, bound = (int(re.search(rf"exec.arena .*{name} = (\d+)", run.stdout)[1]) for name in ("bytes", "lower_bound"))
    worst = max(worst, size / bound)
    if size > 1.01 * bound:
        print(f"{model} {settings}: {size} bytes, {size / bound:.4f} times the bound")
print(f"at most {worst:.4f} times the bound")
sys.exit(worst > 1.01)
