#!/usr/bin/env python3
"""Trains golden models by plans drawn at random, on several meshes, and compares each with one rank, in float64.

usage: any_plan.py COUNT WORK; the same plans every time. A plan is a way to compute: it must not change what is computed.
"""

import json
import pathlib
import random
import sys

import training

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
MESHES = ["tp=2", "dp_shard=2,tp=2", "dp_shard=3,tp=2", "dp_replicate=2,tp=2", "dp_replicate=2,dp_shard=2,tp=2"]
PROJECTIONS = [f"model.layers.*.self_attn.{name}_proj" for name in "qkvo"] + [f"model.layers.*.mlp.{name}_proj" for name in ("gate", "up", "down")]
NORMS = ["model.layers.*.input_layernorm", "model.layers.*.post_attention_layernorm", "model.norm"]
BLOCKS = ["model.layers.*.self_attn", "model.layers.*.mlp"]
STYLES = ["colwise", "colwise_rep", "rowwise", "rowwise_rep", "local_rowwise", "replicated", None]
# Modules and the styles that each may have.
DRAWS = [
    (PROJECTIONS, STYLES),
    (["model.embed_tokens"], ["rowwise_rep", "embedding_colwise", "sequence_parallel", "replicated", None]),
    (NORMS, ["sequence_parallel", "replicated", None]),
    (BLOCKS, ["sequence_parallel", "gather", "replicated", None, None]),
]
# Styles of the head by that of the table: where they are tied they must be split alike.
HEADS = {"rowwise_rep": ["colwise", "colwise_rep"], "embedding_colwise": ["rowwise", "rowwise_rep"]}
WHOLE = ["sequence_parallel", "replicated", None]


class PlannedCase(training.Case):
    """A case with a plan of its own."""

    def __init__(self, folder, mesh, plan, sequence_parallel, work):
        super().__init__(folder, mesh)
        self.sequence_parallel = sequence_parallel
        self.plan = work / "plan.yaml"
        self.plan.write_text("".join(f"{module}: {style}\n" for module, style in plan.items()) or "{}")

    def recipe(self):
        recipe = super().recipe()
        recipe["distributed"]["tp_plan"] = str(self.plan)
        recipe["distributed"]["sequence_parallel"] = self.sequence_parallel
        return recipe


def draw_plan(rng, folder):
    """Draws a plan, and whether the recipe asks for sequence parallelism; only an even length can be split."""
    even = training.Case(folder).train()["sequence_length"] % 2 == 0
    tied = json.loads((folder / "config.json").read_text()).get("tie_word_embeddings", False)

    def draw(styles):
        return rng.choice([style for style in styles if even or style != "sequence_parallel"])

    plan = {module: draw(styles) for modules, styles in DRAWS for module in modules}
    plan["lm_head"] = draw(HEADS.get(plan["model.embed_tokens"], WHOLE) if tied else STYLES)
    plan = {module: style for module, style in plan.items() if style}
    return plan, even and bool(plan) and rng.random() < 0.5


def main():
    count, work = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(2)
    references, bad = {}, 0
    for _ in range(count):
        folder = GOLDEN / rng.choice(["tiny-llama", "tiny-llama3", "tiny-llama-odd"])
        mesh = rng.choice(MESHES)
        plan, sequence_parallel = draw_plan(rng, folder)
        case = PlannedCase(folder, mesh, plan, sequence_parallel, work)
        if not case.splits():
            continue
        if folder not in references:
            references[folder] = training.train(training.Case(folder), work)
        worst = training.compare(training.train(case, work), references[folder])
        ok = all(relative <= training.MESH_TOLERANCES["float64"] for relative, _ in worst.values())
        bad += not ok
        figures = ", ".join(f"{name} {relative:.1e}" for name, (relative, _) in worst.items())
        print(f"{'ok' if ok else 'outside'}: {case}: {figures}" + ("" if ok else f" by {plan}, sequence_parallel {sequence_parallel}"), flush=True)
    return 1 if bad else 0


sys.exit(main())
