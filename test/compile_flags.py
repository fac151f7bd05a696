"""Prints the sources that a build compiles without -Wall, -Wextra and -Werror; and compiles a file by the flags of one of them.

usage: compile_flags.py BUILD          one line for each such source, then their number; fails if there is one
       compile_flags.py BUILD A B      compiles B as the build compiles the source whose name ends with A
"""

import json
import pathlib
import shlex
import subprocess
import sys

NEEDED = {"-Wall", "-Wextra", "-Werror"}


def commands(build):
    """The sources of a build that are not generated, with the arguments that they are compiled by."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if build not in file.parents:
            yield file, shlex.split(entry["command"])


def check(build):
    files = list(commands(build))
    wrong = sorted({str(file): NEEDED - set(arguments) for file, arguments in files if NEEDED - set(arguments)}.items())
    for file, missing in wrong:
        print(f"{file}: compiled without {' '.join(sorted(missing))}")
    print(f"{len(files)} compilations, {len(wrong)} without all warnings as errors")
    return 1 if wrong or not files else 0


def compile_as(build, like, source):
    arguments = next(arguments for file, arguments in commands(build) if str(file).endswith(like))
    # The command is [ccache] compiler flags -o object -c source.
    compiler = [word for word in arguments[: arguments.index("-o")] if not word.endswith("ccache")]
    compiler += ["-fsyntax-only", source]
    return subprocess.run(compiler, cwd=build).returncode


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    return check(build) if len(sys.argv) == 2 else compile_as(build, *sys.argv[2:])


sys.exit(main())
