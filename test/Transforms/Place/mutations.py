#!/usr/bin/env python3
"""Breaks a placed program in one place after another, and checks that shard-opt --shardc-verify-offsets notices each time.

usage: mutations.py PLACED.mlir

Deletes each wait; gives the first result of some tasks the offset of the first state, or that of the task before plus one byte. Every complaint must name a task or a state.
A few waits bound memory that this placement did not take, so up to a quarter of the deletions may pass."""

import re
import subprocess
import sys

text = open(sys.argv[1]).read()


def verify(program):
    return subprocess.run(["shard-opt", "--shardc-verify-offsets", "-o", "/dev/null"], input=program, text=True, capture_output=True)


def mutations():
    for match in re.finditer(r" after \[([0-9, ]+)\]", text):
        waits = match[1].split(", ")
        for gone in waits:
            kept = [wait for wait in waits if wait != gone]
            replacement = f" after [{', '.join(kept)}]" if kept else ""
            yield f"without the wait for task {gone}", match, replacement
    offsets = list(re.finditer(r"bytes <\[(\d+)", text))
    for before, match in list(zip(offsets, offsets[1:]))[:: max(1, len(offsets) // 24)]:
        if match[1] != "0":
            yield "at the first state", match, "bytes <[0"
        yield "one byte off the task before", match, f"bytes <[{int(before[1]) + 1}"


if verify(text).returncode != 0:
    sys.exit("the program itself does not verify")
missed = {True: 0, False: 0}  # deleted waits, others
count = {True: 0, False: 0}
for what, match, replacement in mutations():
    run = verify(text[: match.start()] + replacement + text[match.end() :])
    is_wait = what.startswith("without")
    count[is_wait] += 1
    if run.returncode != 1 or not re.search(r"error: .*(task \d+ \(|state \")", run.stderr):
        missed[is_wait] += 1
        line = text.count("\n", 0, match.start()) + 1
        print(f"line {line} {what}: exit code {run.returncode} {run.stderr[:200]}")
print(f"{count[True]} waits deleted, {missed[True]} not noticed; {count[False]} offsets changed, {missed[False]} not noticed")
sys.exit(missed[False] > 0 or missed[True] * 4 > count[True] or 0 in count.values())
