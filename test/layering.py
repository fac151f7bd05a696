"""Checks who includes whom, and what is named where: the section "Who may include whom" of docs/architecture.md.

usage: layering.py ROOT; prints one line for each violation.
"""

import pathlib
import re
import sys

support = {"Support"}
dialects = {"Dialect/NN", "Dialect/Dist", "Dialect/Exec"}
core = support | {"Interfaces", "Dialect/Dist", "Dialect/Exec", "Analysis"}

# What each layer may include of ours, besides itself.
allowed = {
    "Support": set(),
    "Interfaces": support,
    "Dialect/NN": support | {"Interfaces"},
    "Dialect/Dist": support | {"Interfaces"},
    "Dialect/Exec": support | {"Interfaces"},
    "Import": support | {"Interfaces", "Dialect/NN"},
    "Analysis": core,
    "Transforms": core,
    "Conversion": core,
    "Target": core | {"Conversion"},
    "Pipelines": core | dialects | {"Transforms", "Conversion", "Target"},
    "Driver": core | dialects | {"Transforms", "Conversion", "Target", "Pipelines", "Import"},
}
# The same for the rooms of runtime/lib. A room may also include abi.h.
runtime_allowed = {
    "program": set(),
    "files": {"program"},
    "comm": {"program"},
    "cpu": {"program", "comm"},
    "cuda": {"program", "files", "comm"},
    "job": {"program", "files", "comm", "cpu", "cuda"},
}
# The runtime's header is shared: these layers derive types from it, or fill in its structures.
uses_abi = {"Interfaces", "Dialect/NN", "Dialect/Dist", "Dialect/Exec", "Analysis", "Transforms", "Conversion", "Target"}
# What a program file ends with is written where it is linked.
shared_headers = {"shardrt/abi.h": uses_abi, "shardrt/seal.h": {"Target"}}

suffixes = {".cpp", ".h", ".def", ".td"}

# (where, what must not be said there, why)
forbidden = [
    (r"(lib|include/shardc)/(Analysis|Transforms)/", r"\bnn::[A-Z]\w*Op\b", "passes ask interfaces and name no operation of nn"),
    (r"(lib|include/shardc)/(?!Conversion/|Target/)", r"\b(LLVM|gpu|NVVM)::[A-Z]\w*Op\b", "operations of LLVM and GPU dialects are for Conversion"),
    (r"(lib|include|tools)/", r"^(static )?(llvm::)?cl::(opt|list|bits)\b", "options are not global"),
    (r"(lib|include/shardc)/(?!Driver/)", r"\b(llvm::errs\(\)|std::cerr)", "what a user should know is a diagnostic"),
]


def layer_of(path):
    match = re.match(r"(?:lib|include/shardc)/(Dialect/\w+|\w+)/", path)
    return match.group(1) if match else None


def check_runtime_include(path, name):
    """Returns what is wrong with an include between rooms of runtime/lib, or nothing."""
    room = re.match(r"runtime/lib/(\w+)/", path)
    target = name.split("/")[0]
    if not room or "/" not in name or target not in runtime_allowed:
        return None
    room = room.group(1)
    if target == room or target in runtime_allowed[room]:
        return None
    return f"the runtime's {room} must not include its {target}"


def check_include(root, path, name):
    """Returns what is wrong with one quoted include, or nothing."""
    if path.startswith("runtime/"):
        outside = name.startswith(("shardc/", "mlir/", "llvm/")) or (name.startswith("shardrt/") and name not in shared_headers)
        return "the runtime includes nothing of ours but abi.h" if outside else check_runtime_include(path, name)
    layer = layer_of(path)
    if layer is None:
        return None
    if name.startswith("shardrt/"):
        return None if layer in shared_headers.get(name, ()) else f"{layer} has nothing to do with the runtime"
    if name.startswith("shardc/"):
        target = layer_of("include/" + name)
        if target is None or target == layer or target in allowed[layer]:
            return None
        return f"{layer} must not include {target}"
    if name.startswith("../") or ("/" not in name and not (root / path).with_name(name).exists()):
        return "a private header stands beside the files that include it"
    return None


def check_file(root, path):
    lines = (root / path).read_text().split("\n")
    for number, line in enumerate(lines, 1):
        include = re.match(r'#?\s*include\s+["<]([^">]+)[">]', line)
        problem = include and check_include(root, path, include.group(1)) if include and ('"' in line or "shardrt/" in line) else None
        if problem:
            yield f"{path}:{number}: {problem}: {include.group(1)}"
        for where, what, why in forbidden:
            if re.match(where, path) and re.search(what, line):
                yield f"{path}:{number}: {why}: {line.strip()}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(
        str(file.relative_to(root))
        for top in ("include", "lib", "runtime", "tools", "test")
        for file in (root / top).rglob("*")
        if file.suffix in suffixes
    )
    problems = [problem for path in files for problem in check_file(root, path)]
    print("\n".join(problems + [f"{len(files)} files, {len(problems)} violations"]))
    return 1 if problems else 0


sys.exit(main())
