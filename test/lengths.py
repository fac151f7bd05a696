"""Checks that no file of the sources is longer than 400 lines and no function longer than 60.

usage: lengths.py ROOT; prints one line for each that is. A function counts from the first line of its declaration to its
closing brace; a class or a namespace is none, the functions in it are.
"""

import pathlib
import re
import sys

FOLDERS = ("include", "lib", "runtime/lib")
SUFFIXES = {".cpp", ".h", ".td", ".cu", ".cuh"}
FILE_LIMIT, FUNCTION_LIMIT = 400, 60
SCOPE = re.compile(r"^\s*(inline\s+)?(namespace|class|struct|union|enum|extern \"C\")\b")


def without_text(source):
    """The source with comments, strings and directives emptied, line for line."""
    tokens = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^#(?:\\\n|[^\n])*',
                        re.S | re.M)
    return tokens.sub(lambda match: "\n" * match.group().count("\n"), source)


def functions(source):
    """The first line, the last line and the declaration of every function."""
    line, start, header, scopes = 1, None, "", []
    for character in without_text(source):
        inside = bool(scopes) and scopes[-1] is not None
        if character == "{":
            # Of what is not a scope only the outermost braces behind parentheses are a function's.
            function = inside or SCOPE.match(header.strip()) is None and "(" in header
            scopes.append((scopes[-1] if inside else (start, header)) if function else None)
            header, start = ("", None) if not inside else (header, start)
        elif character == "}":
            scope = scopes.pop() if scopes else None
            if scope and not (scopes and scopes[-1]):
                yield scope[0], line, " ".join(scope[1].split())
            header, start = "", None
        elif not inside and character in ";:" and not header.count("(") > header.count(")") and character == ";":
            header, start = "", None
        elif not inside and not (character.isspace() and not header):
            start = start or line
            header += character
        line += character == "\n"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(file for top in FOLDERS for file in (root / top).rglob("*") if file.suffix in SUFFIXES)
    wrong, longest = [], (0, "")
    for file in files:
        source, name = file.read_text(), file.relative_to(root)
        lines = source.count("\n")
        if lines > FILE_LIMIT:
            wrong.append(f"{name}: {lines} lines, at most {FILE_LIMIT}")
        if file.suffix == ".td":
            continue
        for first, last, header in functions(source):
            count = last - first + 1
            longest = max(longest, (count, f"{name}:{first}"))
            if count > FUNCTION_LIMIT:
                wrong.append(f"{name}:{first}: a function of {count} lines, at most {FUNCTION_LIMIT}: {header[:60]}")
    print("\n".join(wrong))
    print(f"{len(files)} files, longest function {longest[0]} lines: {longest[1]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
