"""Checks that text of every phase compiles on to the very program that the model itself becomes.

usage: compile_on.py FOLDER MODEL ARGUMENT...; prints one line for each phase."""

import pathlib
import subprocess
import sys

folder, model, *arguments = sys.argv[1:]
folder = pathlib.Path(folder)
phases = ["import", "plan", "partition", "differentiate", "group", "schedule", "place", "codegen"]


def compiled(source, *more, text=None):
    """The bytes of a program, or the text of a phase. Text that is given goes in by standard input."""
    output = folder / "output"
    output.unlink(missing_ok=True)
    subprocess.run(["shardc", source, *more, "-o", output], input=text, check=True)
    return output.read_bytes()


def describe(text, program):
    return "the same program" if compiled("-", text=text) == program else "another program"


def main():
    folder.mkdir(parents=True, exist_ok=True)
    program = compiled(model, *arguments)
    chain = None
    for phase in phases:
        text = compiled(model, *arguments, f"--emit={phase}")
        print(f"{phase}: {describe(text, program)}")
        # Each phase again, from the text of the one before.
        chain = compiled("-", f"--emit={phase}", text=chain) if chain else text
    print(f"one after another: {describe(chain, program)}")


main()
