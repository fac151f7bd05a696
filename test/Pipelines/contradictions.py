#!/usr/bin/env python3
"""Edits the text of a phase so that it contradicts what the module still says, and checks that the phases that follow refuse it.

usage: contradictions.py MODEL [SETTING=VALUE ...]

An edit that changes arithmetic alone makes another program, which compiles."""

import re
import subprocess
import sys

PHASES = ["partition", "differentiate", "group", "schedule", "place"]
COMMAND = ["shardc", sys.argv[1]] + [word for setting in sys.argv[2:] for word in ("--set", setting)]


def run(command, text=None):
    return subprocess.run(command, input=text, text=True, capture_output=True)


def compile_on(phase, text):
    passes = [f"--shardc-{later}" for later in PHASES[PHASES.index(phase) + 1 :]] or ["--shardc-verify-schedule", "--shardc-verify-offsets"]
    return run(["shard-opt", "-", "-o", "/dev/null"] + passes, "\n".join(text))


def without(pattern, most):
    """Deletes one line after another, `most` of those that have `pattern`."""

    def edits(lines):
        found = [i for i, line in enumerate(lines) if re.search(pattern, line)]
        for i in found[:: max(1, -(-len(found) // most))]:
            yield lines[:i] + lines[i + 1 :]

    return edits


def replacing(pattern, old, new, most):
    """Replaces `old` in one line after another, `most` of those that have `pattern` and `old`."""

    def edits(lines):
        found = [i for i, line in enumerate(lines) if re.search(pattern, line) and re.search(old, line)]
        for i in found[:: max(1, -(-len(found) // most))]:
            yield lines[:i] + [re.sub(old, new, lines[i], count=1)] + lines[i + 1 :]

    return edits


def bypassing(operation, most):
    """Lets users of an operation take its operand."""

    def edits(lines):
        found = [m for m in (re.match(rf"(\d+):\s*(%[\w.]+) = {operation} (%[\w.#]+) :", f"{i}:{line}") for i, line in enumerate(lines)) if m]
        for m in found[:most]:
            i = int(m[1])
            yield lines[:i] + [re.sub(re.escape(m[2]) + r"(?![\w.#])", m[3], line) for line in lines[i + 1 :]]

    return edits


COLLECTIVE = r"exec\.collective"
CONTRADICTIONS = [
    ("differentiate", "an accumulate left out", without(r"dist\.accumulate ", 8)),
    ("schedule", "a collective over another axis", replacing(COLLECTIVE, r'over \["dp_shard"\]', 'over ["tp"]', 6)),
    ("schedule", "a collective over another axis", replacing(COLLECTIVE, r'over \["tp"\]', 'over ["dp_shard"]', 4)),
    ("schedule", "a maximum for a sum", replacing(COLLECTIVE, r"by sum", "by max", 6)),
    ("schedule", "a reduction where there is none", replacing(COLLECTIVE + " all_gather", r" over", " by sum over", 2)),
    ("schedule", "an update without its write", without(r"exec\.write .*#dist\.part", 12)),
    ("schedule", "a scalar without its write", without(r'exec\.write [^\[]*" :', 4)),
    ("place", "an update without its write", without(r"exec\.write .*#dist\.part", 6)),
    ("place", "a collective over another axis", replacing(COLLECTIVE, r'over \["dp_shard"\]', 'over ["tp"]', 3)),
]
OTHER_PROGRAMS = [
    ("partition", "an activation left out", bypassing(r"nn\.silu", 1)),
    ("differentiate", "another scalar", replacing(r"nn\.clip_scale", r"max_norm = 1\.0", "max_norm = 7.5", 1)),
    ("schedule", "another cause", replacing(COLLECTIVE, r'cause "', 'cause "other ', 2)),
]

failures = 0
texts = {phase: run(COMMAND + [f"--emit={phase}"]).stdout.split("\n") for phase in PHASES}
for edits_of, is_refused in (CONTRADICTIONS, True), (OTHER_PROGRAMS, False):
    for phase, what, edits in edits_of:
        results = [compile_on(phase, lines) for lines in edits(texts[phase])]
        wrong = [result for result in results if result.returncode != (1 if is_refused else 0)]
        print(f"{phase}: {what}: {len(results)} edits, {len(results) - len(wrong)} {'refused' if is_refused else 'compiled'}")
        for result in wrong:
            print(f"  exit code {result.returncode} {result.stderr[:300]}")
        failures += len(wrong) + (not results)
sys.exit(failures > 0)
