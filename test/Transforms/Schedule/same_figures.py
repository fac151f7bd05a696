#!/usr/bin/env python3
"""Trains a golden model under different schedules, and checks that losses and gradient norms are the same to the last bit.

usage: same_figures.py FOLDER"""

import json
import pathlib
import subprocess
import sys
import tempfile

folder = pathlib.Path(sys.argv[1])
MESH = {"distributed.dp_size": 3, "train.global_batch": 12, "train.sequence_length": 32, "train.steps": 3}
SCHEDULES = [
    {},
    {"forward_prefetch": 0, "backward_prefetch": 0},
    {"forward_prefetch": 3, "backward_prefetch": 2},
    {"reshard_after_forward": "true"},
    {"reshard_after_forward": "false"},
]


def figures(schedule, accumulation, work):
    settings = {**MESH, "train.accumulation": accumulation, **{f"distributed.{key}": value for key, value in schedule.items()}}
    settings["train.global_batch"] //= accumulation
    overrides = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    program, metrics = work / "program.shard", work / "metrics.json"
    subprocess.run(["shardc", folder, *overrides, "-o", program], check=True)
    command = ["shard-run", program, "--tokens", f"raw16:{folder}/tokens.bin", "--seed", "1", "--metrics", metrics]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [(step["loss"], step["grad_norm"]) for step in map(json.loads, metrics.read_text().splitlines())]


ok = True
with tempfile.TemporaryDirectory() as work:
    for accumulation in (1, 2):
        expected = figures(SCHEDULES[0], accumulation, pathlib.Path(work))
        for schedule in SCHEDULES[1:]:
            got = figures(schedule, accumulation, pathlib.Path(work))
            if got != expected:
                ok = False
                print(f"accumulation {accumulation} {schedule}: {got}, expected {expected}")
sys.exit(0 if ok else 1)
