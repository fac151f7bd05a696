"""Checks that every C++ and CUDA source is as clang-format lays it out by the .clang-format of the repository.

usage: format.py ROOT; prints one line for each file that is not.
"""

import pathlib
import re
import subprocess
import sys

FOLDERS = ("cmake", "include", "lib", "runtime", "tools", "test")
SUFFIXES = {".cpp", ".h", ".cu"}


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(file for top in FOLDERS for file in (root / top).rglob("*") if file.suffix in SUFFIXES)
    checked = subprocess.run(["clang-format-22", "--dry-run", *files], capture_output=True, text=True, check=True)
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning: code should be clang-formatted", checked.stderr, re.M)))
    for file in wrong:
        print(f"{pathlib.Path(file).relative_to(root)}: not as clang-format-22 -i leaves it")
    print(f"{len(files)} files, {len(wrong)} to be formatted")
    return 1 if wrong else 0


sys.exit(main())
