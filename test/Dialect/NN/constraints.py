"""Checks that each constraint (Cn) of an operation or attribute is tested: by a function or module @NAME_cn in an -invalid file.

usage: constraints.py FOLDER_OF_TD FOLDER_OF_TESTS"""

import pathlib
import re
import sys

definitions, tests = map(pathlib.Path, sys.argv[1:])
declared = set()
for td in definitions.glob("*.td"):
    # Each part starts at a def or a class and ends before the next; C1 of a class holds for what derives from it.
    for part in re.split(r"^(?=def |class )", td.read_text(), flags=re.M):
        name = re.match(r'def \w+ : (?:\w+<|AttrDef<\w+, )"(\w+)"', part)
        if name:
            declared |= {f"{name[1].lower()}_c{number}" for number in re.findall(r"\(C(\d+)\)", part)}
tested = set()
for file in tests.glob("*-invalid.mlir"):
    tested |= set(re.findall(r"@(\w+_c\d+)\b", file.read_text()))

for name in sorted(declared - tested):
    print(f"{name}: no test")
for name in sorted(tested - declared):
    print(f"{name}: no constraint of that number")
sys.exit(declared != tested or not declared)
