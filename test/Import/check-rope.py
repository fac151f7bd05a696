#!/usr/bin/env python3
"""Reads imported text and compares attention's scale and the first table's frequencies with those given, to 1e-6 relative."""
import re
import sys

text, expected = sys.stdin.read(), [float(word) for word in sys.argv[1:]]
scale = float(re.search(r"nn\.attention .* scale = (\S+)", text).group(1))
table = re.search(r"nn\.rope_table .*frequencies = dense<\[(.*?)\]>", text).group(1)
found = [scale] + [float(word) for word in table.split(",")]
if len(found) != len(expected) or any(abs(a - b) > 1e-6 * abs(b) for a, b in zip(found, expected)):
    sys.exit(f"found {found}, expected {expected}")
