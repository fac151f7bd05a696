#!/usr/bin/env python3
"""Packs what a machine with a GPU needs to check and measure shardc, which has neither LLVM nor this repository.

    PATH=build/bin:$PATH bench/gpu/pack.py FOLDER [--models tiny-llama ...] [--dtypes float32 bfloat16] [--meshes 1 dp_shard=2 ...] [--bench FOLDER ...] [--gpu-arch LIST]

FOLDER, which must not be there, gets: `bin` and `lib` (the runtime and what it is linked with), `golden` (models, tokens, expected figures), `programs` (for each
golden model, dtype and mesh), `kernels` (each model's kernels, one section each), `bench` (large models), and gpu.sh with its Python files. scripts/gpu-bundle.sh makes one archive of it.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "test" / "Execution"))
import training  # noqa: E402

GOLDEN = ROOT / "test" / "golden"
MODELS = [folder.name for folder in sorted(GOLDEN.iterdir()) if (folder / "train.json").exists()]
MESHES = ["1", "dp_shard=2", "dp_shard=2,tp=2"]
BENCH = [folder for folder in sorted(HERE.iterdir()) if (folder / "config.json").exists()]
EXECUTABLES = ["shard-run", "compare-kernels", "gpu-kernel-tests", "bench-attention"]
SCRIPTS = [ROOT / "scripts" / "gpu.sh", HERE / "check.py", HERE / "bench.py", HERE / "torch_peer.py", *(ROOT / "test" / "Execution" / name for name in ("training.py", "start_ranks.py"))]
# A machine has these itself, and must use its own.
SYSTEM = re.compile(r"^(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|stdc\+\+|gcc_s)\.so)")


def list_libraries(executable):
    """The libraries that an executable is linked with, but for the system's, each with the file that is loaded."""
    printed = subprocess.run(["ldd", executable], capture_output=True, text=True, check=True).stdout
    found = (line.strip().partition(" => ") for line in printed.splitlines())
    return [(library, rest.split()[0]) for library, _, rest in found if rest and not SYSTEM.match(library)]


def copy_executables(folder):
    (folder / "bin").mkdir()
    (folder / "lib").mkdir()
    for name in EXECUTABLES:
        path = shutil.which(name)
        if not path:
            sys.exit(f"pack: {name} is not on the PATH: build it, and put build/bin there")
        shutil.copy(path, folder / "bin")
        for library, found in list_libraries(path):
            if not (folder / "lib" / library).exists():
                shutil.copy(found, folder / "lib" / library)
    for name in EXECUTABLES:
        for library, found in list_libraries(folder / "bin" / name):
            if pathlib.Path(found).resolve().parent != (folder / "lib").resolve():
                sys.exit(f"pack: {name} takes {library} from {found}, and not from where it is packed")


def compile_golden(folder, case, gpu_arch):
    """The program of a case; a file beside it says which golden run it must reproduce."""
    name = re.sub(r"[^\w]+", "-", f"{case.folder.name}-{case.dtype}-{case.mesh}")
    work = folder / "programs"
    training.run("shardc", case.folder, "--recipe", training.write_recipe(case, work / f"{name}.yaml"), *gpu_arch, "--target=cuda", "-o", work / f"{name}.shard")
    (work / f"{name}.yaml").unlink()
    (work / f"{name}.json").write_text(json.dumps({"model": case.folder.name, "dtype": case.dtype, "mesh": case.mesh, "ranks": case.ranks}))


def compile_kernels(folder, case):
    name = f"{case.folder.name}-{case.dtype}"
    work = folder / "kernels"
    recipe = training.write_recipe(case, work / f"{name}.yaml")
    training.run("shardc", case.folder, "--recipe", recipe, "--target=cuda", "--emit=place", "-o", work / f"{name}.mlir")
    training.run("kernel-programs", work / f"{name}.mlir", work / name)
    recipe.unlink()
    (work / f"{name}.mlir").unlink()


def compile_bench(folder, model, gpu_arch):
    work = folder / "bench" / model.name
    work.mkdir(parents=True)
    shutil.copy(model / "config.json", work)
    shardc = ["shardc", model, "--recipe", model / "recipe.yaml", "--target=cuda"]
    (work / "report.json").write_text(training.run(*shardc, "--report=json"))
    training.run(*shardc, *gpu_arch, "-o", work / "program.shard")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", nargs="*", default=MODELS, choices=MODELS)
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--meshes", nargs="+", default=MESHES)
    parser.add_argument("--bench", nargs="*", type=pathlib.Path, default=BENCH, help="folders with config.json and recipe.yaml")
    parser.add_argument("--gpu-arch", help="as shardc takes it; shardc's default where it is not given")
    options = parser.parse_args()
    if options.folder.exists():
        sys.exit(f"pack: {options.folder} is there already, give a folder that is not")
    gpu_arch = [f"--gpu-arch={options.gpu_arch}"] if options.gpu_arch else []
    for name in ("programs", "kernels", "golden"):
        (options.folder / name).mkdir(parents=True)
    copy_executables(options.folder)
    for script in SCRIPTS:
        shutil.copy(script, options.folder)
    for model in options.models:
        shutil.copytree(GOLDEN / model, options.folder / "golden" / model, ignore=shutil.ignore_patterns("expected.safetensors"))
    cases = [training.Case(GOLDEN / model, mesh, 1, dtype) for model in options.models for mesh in options.meshes for dtype in options.dtypes]
    cases = [case for case in cases if case.splits()]
    widest = max(options.meshes, key=lambda mesh: training.Case(GOLDEN / MODELS[0], mesh).ranks)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compile_golden, options.folder, case, gpu_arch) for case in cases]
        jobs += [pool.submit(compile_kernels, options.folder, case) for case in cases if case.mesh == widest]
        jobs += [pool.submit(compile_bench, options.folder, model, gpu_arch) for model in options.bench]
        try:
            for job in jobs:
                job.result()
        except training.Failure as failure:
            pool.shutdown(cancel_futures=True)
            sys.exit(f"pack: {failure}")
    size = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    print(f"{options.folder}: {len(cases)} golden programs, {len(options.bench)} for the benchmark, {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
