"""Checks that no file of the sources is too long, and no function of include, lib and runtime/lib longer than 60 lines.

usage: lengths.py ROOT; prints one line for each that is. A function counts from the first line of its declaration to its
closing brace; a class or a namespace is none, the functions in it are.
"""

import pathlib
import re
import sys

TOPS = ("include", "lib", "runtime", "tools", "test")
PRODUCT = ("include/", "lib/", "runtime/lib/")
# The most lines of a file: anywhere, in the product, and of a tool's main file.
BY_SUFFIX = {".cpp": 800, ".cu": 800, ".h": 200, ".def": 200, ".td": 700, ".mlir": 300}
OF_PRODUCT, OF_TOOL = 400, 60
OF_FUNCTION = 60
SCOPE = re.compile(r"^(inline\s+)?(namespace|class|struct|union|enum|extern)\b")


def most_lines(path):
    if path.startswith("tools/") and path.endswith(".cpp"):
        return OF_TOOL
    limit = BY_SUFFIX[pathlib.Path(path).suffix]
    return min(limit, OF_PRODUCT) if path.startswith(PRODUCT) else limit


def without_text(source):
    """The source with comments, strings and directives emptied, line for line."""
    tokens = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^#(?:\\\n|[^\n])*', re.S | re.M
    )
    return tokens.sub(lambda match: "\n" * match.group().count("\n"), source)


def functions(source):
    """Yields the first line, the last line and the declaration of every function."""
    line, start, declaration = 1, None, ""
    depth = 0  # of braces within the function; 0 outside of one
    for character in without_text(source):
        if depth:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if not depth:
                yield start, line, " ".join(declaration.split())
                start, declaration = None, ""
        elif character == "{" and "(" in declaration and not SCOPE.match(declaration):
            depth = 1
        elif character in "{}" or character == ";" and declaration.count("(") == declaration.count(")"):
            start, declaration = None, ""
        elif declaration or not character.isspace():
            start = start or line
            declaration += character
        line += character == "\n"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(
        str(file.relative_to(root)) for top in TOPS for file in (root / top).rglob("*") if file.suffix in BY_SUFFIX
    )
    wrong, longest = [], (0, "")
    for path in files:
        source = (root / path).read_text()
        lines = source.count("\n")
        if lines > most_lines(path):
            wrong.append(f"{path}: {lines} lines, at most {most_lines(path)}")
        if not path.startswith(PRODUCT) or path.endswith((".td", ".def")):
            continue
        for first, last, declaration in functions(source):
            count = last - first + 1
            longest = max(longest, (count, f"{path}:{first}"))
            if count > OF_FUNCTION:
                wrong.append(f"{path}:{first}: a function of {count} lines, at most {OF_FUNCTION}: {declaration[:60]}")
    print("\n".join(wrong + [f"{len(files)} files, longest function {longest[0]} lines: {longest[1]}"]))
    return 1 if wrong else 0


sys.exit(main())
