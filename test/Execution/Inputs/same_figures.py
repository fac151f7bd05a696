"""Checks that two metrics files have the same losses and gradient norms.

    same_figures.py FILE FILE
"""

import json
import sys


def figures(path):
    return [(line["loss"], line["grad_norm"]) for line in map(json.loads, open(path))]


first, second = map(figures, sys.argv[1:])
sys.exit(0 if first and first == second else f"{first} and {second} differ")
