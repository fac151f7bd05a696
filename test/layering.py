"""Holds the layering of DESIGN: which folder may include which. Usage: layering.py ROOT."""

import pathlib
import re
import sys

DIALECTS = ["Dialect/NN", "Dialect/Dist", "Dialect/Exec"]
ALLOWED = {
    "Interfaces": [],
    **{dialect: ["Interfaces"] for dialect in DIALECTS},
    "Import": ["Interfaces", "Dialect/NN"],
    # What passes ask of operations they ask through interfaces: none names an operation of nn.
    "Analysis": ["Interfaces", "Dialect/Dist", "Dialect/Exec"],
    "Transforms": ["Interfaces", "Dialect/Dist", "Dialect/Exec", "Analysis"],
    "Conversion": ["Interfaces", "Dialect/Dist", "Dialect/Exec", "Analysis"],
    "Pipelines": ["Interfaces", *DIALECTS, "Analysis", "Transforms", "Conversion"],
    "Driver": ["Interfaces", *DIALECTS, "Analysis", "Transforms", "Conversion", "Pipelines", "Import"],
}
INCLUDE = re.compile(r'^\s*#?\s*include\s+["<]((?:shardc|shardrt)/[^">]+)[">]', re.M)


def layer_of(path):
    """The longest layer that a path below shardc/ begins with."""
    return next((layer for layer in sorted(ALLOWED, key=len, reverse=True) if path.startswith(layer + "/")), None)


def sources(folder):
    return (path for path in sorted(folder.rglob("*")) if path.suffix in (".h", ".cpp", ".td", ".def"))


def compiler_violations(root):
    for top in (root / "include" / "shardc", root / "lib"):
        for path in sources(top):
            layer = layer_of(path.relative_to(top).as_posix())
            for included in INCLUDE.findall(path.read_text()):
                library, _, rest = included.partition("/")
                if library == "shardrt":
                    if rest != "abi.h":
                        yield path, included
                elif layer is None or layer_of(rest) not in [layer, *ALLOWED[layer]]:
                    yield path, included


def runtime_violations(root):
    """The runtime is built alone, without ours and without LLVM."""
    foreign = re.compile(r'^\s*#\s*include\s+["<]((?:shardc|mlir|llvm)/[^">]+)[">]', re.M)
    for path in sources(root / "runtime"):
        for included in foreign.findall(path.read_text()):
            yield path, included


root = pathlib.Path(sys.argv[1])
violations = [*compiler_violations(root), *runtime_violations(root)]
for path, included in violations:
    print(f"{path.relative_to(root)} may not include {included}")
sys.exit(1 if violations else 0)
