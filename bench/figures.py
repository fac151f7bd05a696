#!/usr/bin/env python3
"""Prints the figures of docs/measurements.md that say whether programs compute what they must, as Markdown.

    PATH=build/bin:$PATH bench/figures.py [golden] [sequence] [meshes] [repeat] [precision] [arena] [checkpointing] [allocations] [derivatives] [cuda]

Without names, all of them. A figure that is not as it must be is marked, and the exit code is 1.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test" / "Execution"))
import training  # noqa: E402

MODELS = ["tiny-llama", "tiny-llama3", "tiny-llama-odd", "tiny-mistral", "tiny-qwen2", "tiny-qwen3", "tiny-phi3", "tiny-gpt2", "tiny-gemma3"]
ARENA_BOUND = 1.01
DERIVATIVE_TOLERANCE = 1e-6


class Table:
    """Rows printed as they come, and whether all of them were within their bounds."""

    def __init__(self, title, *columns):
        self.ok = True
        print(f"\n## {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)

    def row(self, ok, *cells):
        self.ok &= ok
        print(f"| {' | '.join(str(cell) for cell in cells)}{'' if ok else ' **(outside)**'} |", flush=True)


def cases(model, dtype):
    """Every mesh, with one micro batch and with three."""
    folder = ROOT / "test" / "golden" / model
    every = [training.Case(folder, mesh, count, dtype) for mesh in training.MESHES for count in (1, 3)]
    return [case for case in every if case.splits()]


class Runs:
    """Metrics and programs of the cases, each made once."""

    def __init__(self, work):
        self.work, self.programs, self.metrics = work, {}, {}

    def program(self, case):
        if str(case) not in self.programs:
            self.programs[str(case)] = training.compile_program(case, self.work, name=f"{len(self.programs)}")
        return self.programs[str(case)]

    def train(self, case):
        if str(case) not in self.metrics:
            self.metrics[str(case)] = training.run_program(case, self.program(case))
        return self.metrics[str(case)]


def golden(runs):
    """Every step of every run against PyTorch's float64."""
    table = Table("Against PyTorch, relative, worst of all steps", "model", "dtype", "mesh", "loss", "gradient norm", "3 micro batches: loss", "gradient norm")
    for model in MODELS:
        for dtype, tolerances in training.TOLERANCES.items():
            for mesh in training.MESHES:
                cells, ok = [], True
                for case in (case for case in cases(model, dtype) if case.mesh == mesh):
                    worst = training.compare(runs.train(case), training.golden(case.folder))
                    cells += [f"{worst[key][0]:.1e}" for key in tolerances]
                    ok &= all(worst[key][0] <= tolerances[key] for key in tolerances)
                table.row(ok, model, dtype, mesh, *(cells + ["", ""])[:4])
    return table.ok


def sequence(runs):
    """The same with sequence parallelism, where the length divides."""
    table = Table("Sequence parallelism against PyTorch, relative, worst of all steps", "model", "dtype", "mesh", "loss", "gradient norm")
    options = ["--set", "distributed.sequence_parallel=true"]
    for model in MODELS:
        for dtype, tolerances in training.TOLERANCES.items():
            for mesh in ("tp=2", "dp_shard=2,tp=2"):
                case = training.Case(ROOT / "test" / "golden" / model, mesh, 1, dtype, options)
                if case.train()["sequence_length"] % case.sizes["tp"]:
                    continue
                worst = training.compare(runs.train(case), training.golden(case.folder))
                ok = all(worst[key][0] <= tolerances[key] for key in tolerances)
                table.row(ok, model, dtype, mesh, *(f"{worst[key][0]:.1e}" for key in tolerances))
    return table.ok


def meshes(runs):
    """Any two of the float64 runs of a model against each other."""
    table = Table("Any two meshes, float64, relative, worst of all pairs and steps", "model", "runs", "loss", "gradient norm")
    for model in MODELS:
        every = cases(model, "float64")
        worst = training.furthest_pair({str(case): runs.train(case) for case in every})
        ok = all(figure[0] <= training.MESH_TOLERANCES["float64"] for figure in worst.values())
        table.row(ok, model, len(every), f"{worst['loss'][0]:.1e}", f"{worst['grad_norm'][0]:.1e}")
    return table.ok


def repeat(runs):
    """The same program again: equal but for the time."""
    table = Table("The same run again", "model", "dtype", "mesh", "runs", "metrics but for times")
    for model in MODELS:
        for dtype in training.TOLERANCES:
            for case in cases(model, dtype):
                if case.ranks != 4 or case.accumulation != 1:
                    continue
                first = training.without_times(runs.train(case))
                again = [training.without_times(training.run_program(case, runs.program(case))) for _ in range(3)]
                ok = all(metrics == first for metrics in again)
                table.row(ok, model, dtype, case.mesh, len(again) + 1, "equal" if ok else "differ")
    return table.ok


def precision(runs):
    """float32 against float64 on long sums: 32,000 tokens in the vocabulary, 16 million parameters, 2,048 targets a step."""
    table = Table("float32 against float64, larger, relative", "step", "loss", "gradient norm")
    sizes = {"hidden_size": 256, "intermediate_size": 688, "num_attention_heads": 8, "vocab_size": 32000, "num_hidden_layers": 2,
             "max_position_embeddings": 512}
    train = {"global_batch": 4, "sequence_length": 512, "steps": 6, "warmup_steps": 2, "learning_rate": 1e-3}
    words = [f"model.{key}={value}" for key, value in sizes.items()] + [f"train.{key}={value}" for key, value in train.items()]
    metrics = {}
    for dtype in training.TOLERANCES:
        program = runs.work / f"{dtype}.shard"
        options = [word for pair in [*words, f"precision.param_dtype={dtype}"] for word in ("--set", pair)]
        training.run("shardc", ROOT / "test" / "golden" / "tiny-llama", *options, "-o", program)
        training.run("shard-run", program, "--seed", 1, "--tokens", "text:/usr/share/common-licenses/GPL-3", "--metrics", program.with_suffix(".jsonl"))
        metrics[dtype] = training.read_metrics(program.with_suffix(".jsonl"))
    tolerances = training.TOLERANCES["float32"]
    for step, (narrow, wide) in enumerate(zip(*metrics.values())):
        worst = training.compare([narrow], [wide])
        ok = all(worst[key][0] <= tolerances[key] for key in tolerances)
        table.row(ok, step, *(f"{worst[key][0]:.1e}" for key in tolerances))
    return table.ok


def arena(runs):
    """The arena over the lower bound that place computes."""
    table = Table("Arena over its lower bound", "model", "dtype", "programs", "largest ratio", "its program", "arena, bytes", "lower bound")
    for model in MODELS:
        for dtype in training.TOLERANCES:
            every = [(training.report(case, runs.work)["arena"], case) for case in cases(model, dtype)]
            figures, case = max(every, key=lambda one: one[0]["bytes"] / one[0]["lower_bound"])
            ratio = figures["bytes"] / figures["lower_bound"]
            table.row(ratio <= ARENA_BOUND, model, dtype, len(every), f"{ratio:.4f}", f"{case.mesh}, accumulation {case.accumulation}",
                      figures["bytes"], figures["lower_bound"])
    return table.ok


def checkpointing(runs):
    """What each way to recompute saves and costs: the golden models on one mesh, and Llama 3.1 8B."""
    table = Table("Activation checkpointing", "model", "mesh", "way", "kept for the backward, bytes", "arena, bytes", "over its lower bound", "operations added")
    large = ROOT / "test" / "Driver" / "Inputs" / "llama-3.1-8b"
    mesh8 = ["distributed.dp_size=8", "distributed.tp_size=8", "train.global_batch=8", "train.sequence_length=2048"]
    for model in [*MODELS, large.name]:
        for way in ("full", "modules", "every:2"):
            options = ["--set", f"activation_checkpointing={way}"]
            if model == large.name:
                mesh = "dp_shard=8,tp=8"
                settings = [word for setting in mesh8 for word in ("--set", setting)]
                report = json.loads(training.run("shardc", large, *settings, *options, "--report=json"))
            else:
                mesh = "dp_shard=2,tp=2"
                report = training.report(training.Case(ROOT / "test" / "golden" / model, mesh, 1, "float32", options), runs.work)
            effect, arena = report["activation_checkpointing"], report["arena"]
            kept, saved = effect["residual_bytes"], effect["residual_bytes_saved"]
            table.row(arena["ratio"] <= ARENA_BOUND, model, mesh, way, f"{kept} of {kept + saved}", f"{arena['bytes']} of {arena['bytes'] + effect['arena_bytes_saved']}",
                      f"{arena['ratio']:.4f}", f"{effect['flops_added_percent']:.1f} %")
    return table.ok


def allocations(runs):
    """What a library that stands before the allocator counts from the first step's start to the last one's end. One thread a rank: with
    several, OpenBLAS allocates for each product, which is none of shardrt's."""
    table = Table("Allocations within steps", "model", "mesh", "steps", "allocations")
    build = pathlib.Path(shutil.which("shard-run") or "").resolve().parent.parent
    counter = next(iter(build.glob("**/libcount-allocations.so")), None)
    if not counter:
        raise training.Failure(f"no libcount-allocations.so under {build}")
    for case in cases("tiny-llama", "float32"):
        if case.accumulation != 3:
            continue
        program = runs.program(case)
        metrics = program.with_suffix(".counted")
        text = training.run("shard-run", program, "--weights", case.folder, "--tokens", f"raw16:{case.folder}/tokens.bin", "--threads", 1,
                            "--metrics", metrics, environment={"LD_PRELOAD": str(counter)})
        counted = re.search(r"allocations in steps: (\d+) by (\d+) ranks", text)
        if not counted:
            raise training.Failure(f"{case}: nothing was counted")
        steps = len(training.read_metrics(metrics))
        table.row(counted[1] == "0" and int(counted[2]) == case.ranks, case.folder.name, case.mesh, steps, counted[1])
    return table.ok


def derivatives(runs):
    """Every differentiable operation against central differences, in float64."""
    table = Table("Derivatives against central differences, float64", "operation", "largest error")
    text = training.run("check-numerics", ROOT / "test" / "Dialect" / "NN" / "numerics.mlir")
    found = re.findall(r"^(\S+): max error (\S+)", text, re.M)
    for name, error in found:
        table.row(float(error) <= DERIVATIVE_TOLERANCE, name, error)
    return table.ok and bool(found)


def cuda(runs):
    """Programs for one GPU, run by the stand-ins for its driver and libraries: every step of one rank against PyTorch."""
    table = Table("Programs for GPUs against PyTorch, relative, worst of all steps", "model", "loss", "gradient norm")
    stubs = {"LD_LIBRARY_PATH": str(ROOT / "build" / "runtime" / "test" / "stubs" / "lib")}
    tolerances = training.TOLERANCES["float32"]
    for model in MODELS:
        case = training.Case(ROOT / "test" / "golden" / model, dtype="float32", options=["--target=cuda"])
        worst = training.compare(training.run_program(case, runs.program(case), environment=stubs), training.golden(case.folder))
        ok = all(worst[key][0] <= tolerances[key] for key in tolerances)
        table.row(ok, model, *(f"{worst[key][0]:.1e}" for key in tolerances))
    return table.ok


FIGURES = [golden, sequence, meshes, repeat, precision, arena, checkpointing, allocations, derivatives, cuda]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(figure.__name__ for figure in FIGURES)}; all if none is named")
    names = parser.parse_args().figures
    unknown = set(names) - {figure.__name__ for figure in FIGURES}
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    ok = True
    with tempfile.TemporaryDirectory() as work:
        runs = Runs(pathlib.Path(work))
        for figure in FIGURES:
            if names and figure.__name__ not in names:
                continue
            try:
                ok &= figure(runs)
            except training.Failure as failure:
                ok = False
                print(f"\nfigures: error: {figure.__name__}: {failure}", file=sys.stderr)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
