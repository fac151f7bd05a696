#!/usr/bin/env python3
"""Checks on this machine's GPU that programs compute what they must; part of what gpu.sh runs, in the folder that pack.py has made.

    check.py [kernels] [own_kernels] [attention_speed] [golden] [nccl] [repeat] [sanitizer] [--steps N]

Without names, all of them. A line for each check, and exit code 1 if one failed. Golden runs in float32 are within 1e-4 of PyTorch's float64, relative, in loss, and
1e-3 in the gradient norm; in bfloat16 the loss is within 2 % at every step.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

import training

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCES = {"float32": {"loss": 1e-4, "grad_norm": 1e-3}, "bfloat16": {"loss": 2e-2}}
PARALLEL = 4


def programs():
    """The golden programs, each with what the file beside it says."""
    found = [(path, json.loads(path.with_suffix(".json").read_text())) for path in sorted((HERE / "programs").glob("*.shard"))]
    return sorted(found, key=lambda each: (each[1]["model"], each[1]["ranks"]))


def result(ok, name, text):
    print(f"{'ok' if ok else 'FAIL':5}{name:48}{text}", flush=True)
    return ok


def train(program, about, steps, *options, launcher=(), environment=None):
    """Runs a golden program; returns its metrics and what it printed."""
    folder = HERE / "golden" / about["model"]
    with tempfile.TemporaryDirectory() as work:
        metrics = pathlib.Path(work) / "metrics"
        printed = training.run(*launcher, "shard-run", program, "--weights", folder, "--tokens", f"raw16:{folder}/tokens.bin", "--metrics", metrics,
                               *(["--steps", steps] if steps else []), *options, environment=environment)
        return training.read_metrics(metrics), printed


def check_run(program, about, steps, *options, launcher=(), environment=None, name=None):
    name = name or program.stem
    try:
        metrics, _ = train(program, about, steps, *options, launcher=launcher, environment=environment)
        figures = training.compare(metrics, training.golden(HERE / "golden" / about["model"])[: len(metrics)])
    except training.Failure as failure:
        return result(False, name, failure)
    bounds = TOLERANCES[about["dtype"]]
    ok = all(figures[key][0] <= bounds[key] for key in bounds)
    return result(ok, name, "  ".join(f"{key} {figures[key][0]:.1e} (step {figures[key][1]})" for key in figures))


def kernels(_):
    """Each generated kernel against the CPU target's, on random numbers."""
    bases = sorted({str(path).removesuffix(".cuda.shard") for path in (HERE / "kernels").glob("*.cuda.shard")})
    ok = True
    for base in bases:
        try:
            ok &= result(True, f"kernels of {pathlib.Path(base).name}", training.run("compare-kernels", base).strip())
        except training.Failure as failure:
            ok &= result(False, f"kernels of {pathlib.Path(base).name}", failure)
    return ok


def own_kernels(_):
    """The runtime's own kernels, and attention by cuDNN, against the CPU's calls."""
    try:
        printed = training.run("gpu-kernel-tests", "--gpu", "--gtest_filter=" + os.environ.get("GTEST_FILTER", "-*Assemble*"))
    except training.Failure as failure:
        return result(False, "kernels of the runtime", failure)
    skipped = sorted(set(re.findall(r"Skipped\n(.+)", printed)))
    return result(True, "kernels of the runtime", "; ".join(re.findall(r"\[  PASSED  \] (.+)", printed) + [f"skipped: {why}" for why in skipped]))


def attention_speed(_):
    """How fast attention is, by cuDNN and by the runtime's own kernels."""
    try:
        print(training.run("bench-attention"), end="")
        return True
    except training.Failure as failure:
        return result(False, "speed of attention", failure)


def golden(options):
    """Every golden program, its ranks as threads that share the GPU."""
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        return all([*pool.map(lambda each: check_run(*each, options.steps), programs())])


def nccl(options):
    """Programs of one rank with NCCL; of two, as processes that share the GPU, where NCCL allows that."""
    ok = True
    for program, about in programs():
        if about["ranks"] > 2 or about["model"] != programs()[0][1]["model"]:
            continue
        name = f"{program.stem} with NCCL"
        if about["ranks"] == 1:
            try:
                _, printed = train(program, about, 1, "--communicator", "nccl")
            except training.Failure as failure:
                if "libnccl" in str(failure):
                    print(f"     NCCL is not here, its checks are left out: {str(failure).splitlines()[-1]}")
                    return ok
                ok &= result(False, name, failure)
                continue
            version = tuple(map(int, re.search(r"NCCL (\d+)\.(\d+)", printed).groups()))
            ok &= check_run(program, about, options.steps, "--communicator", "nccl", name=name)
        elif version >= (2, 30):
            launcher = [sys.executable, HERE / "start_ranks.py", about["ranks"]]
            ok &= check_run(program, about, options.steps, launcher=launcher, environment={"NCCL_MULTI_RANK_GPU_ENABLE": "1"}, name=name)
        else:
            print(f"     {program.stem}: NCCL {version[0]}.{version[1]} refuses two ranks on one GPU, 2.30 would not")
    return ok


def repeat(options):
    """Two runs of a program give the same bits."""
    ok = True
    for program, about in programs():
        if about["model"] != programs()[0][1]["model"]:
            continue
        try:
            first, second = (training.without_times(train(program, about, options.steps)[0]) for _ in range(2))
            ok &= result(first == second, f"{program.stem} twice", "the same bits" if first == second else f"{first} and {second}")
        except training.Failure as failure:
            ok &= result(False, f"{program.stem} twice", failure)
    return ok


def sanitizer(options):
    """CUDA's own checks of memory and races, on one step of the smallest programs."""
    tool = shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path="/usr/local/cuda/bin")
    if not tool:
        print("     compute-sanitizer is not here: its checks are left out")
        return True
    ok = True
    for program, about in programs():
        if about["model"] != programs()[0][1]["model"] or about["ranks"] > 2:
            continue
        for kind in ("memcheck", "racecheck"):
            try:
                _, printed = train(program, about, 1, launcher=[tool, "--tool", kind, "--error-exitcode", "99"])
                summary = re.findall(r"(ERROR SUMMARY.*|RACECHECK SUMMARY.*)", printed)
                ok &= result(bool(summary), f"{program.stem} under {kind}", summary[-1] if summary else "no summary")
            except training.Failure as failure:
                ok &= result(False, f"{program.stem} under {kind}", failure)
    return ok


CHECKS = {"kernels": kernels, "own_kernels": own_kernels, "attention_speed": attention_speed, "golden": golden, "nccl": nccl, "repeat": repeat, "sanitizer": sanitizer}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument("--steps", type=int, help="run the first steps of golden runs alone")
    options = parser.parse_args()
    unknown = [name for name in options.checks if name not in CHECKS]
    if unknown:
        parser.error(f"there is no check named {unknown[0]}, expected {', '.join(CHECKS)}")
    os.environ["PATH"] = f"{HERE / 'bin'}:{os.environ['PATH']}"
    ok = True
    for name in options.checks or CHECKS:
        print(f"-- {name}: {CHECKS[name].__doc__}", flush=True)
        ok &= CHECKS[name](options)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
