"""Checks that no attribute is read or set by its name outside the dialect that owns it.

usage: attribute-names.py ROOT; prints one line for each violation.

Outside lib/Dialect an attribute has an accessor: a getter of its operation, a function of its dialect, an interface. The
generic accessors take a name there only where MLIR's own dialects give it by a function such as getKernelFuncAttrName.
Inside a dialect a name in quotes begins with no other dialect's.
"""

import pathlib
import re
import sys

dialects = {"nn": "NN", "dist": "Dist", "exec": "Exec"}
accessor = re.compile(
    r"(?:\.|->)((?:get|set|has|remove)(?:Discardable|Inherent|Arg|Result)?Attr(?:OfType<[^;(]*>)?|getNamedAttr|addAttribute)\("
)
given_by_dialect = re.compile(r"\b\w+::get\w+AttrName\(\)")
full_name = re.compile(r'"(nn|dist|exec)\.[a-z_]+"')


def arguments_at(text, start):
    """The text between a parenthesis, which ends before `start`, and the one that closes it."""
    depth, end = 1, start
    while end < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    return text[start : end - 1].strip()


def check(path, text):
    """Yields where a name is used, and how."""
    dialect = re.match(r"(?:lib|include/shardc)/Dialect/(\w+)/", path)
    for match in full_name.finditer(text):
        if not dialect or dialect.group(1) != dialects[match.group(1)]:
            yield match.start(), f"{match.group(0)} is named outside of its dialect"
    if dialect:
        return
    for match in accessor.finditer(text):
        arguments = arguments_at(text, match.end())
        if arguments and not given_by_dialect.search(arguments):
            yield match.start(), f"{match.group(1)} takes a name outside of a dialect: {' '.join(arguments.split())}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(
        str(file.relative_to(root))
        for top in ("include", "lib", "tools")
        for file in (root / top).rglob("*")
        if file.suffix in (".cpp", ".h")
    )
    problems = []
    for path in files:
        text = (root / path).read_text()
        for place, what in sorted(check(path, text)):
            problems.append(f"{path}:{text.count(chr(10), 0, place) + 1}: {what}")
    print("\n".join(problems + [f"{len(files)} files, {len(problems)} violations"]))
    return 1 if problems or not files else 0


sys.exit(main())
