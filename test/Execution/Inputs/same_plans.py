"""Trains a golden model for three steps on dp_shard 2 x tp 2 with shardc's own plan and with Hugging Face's, each with and without
sequence parallelism, in float64: the figures agree.

    same_plans.py FOLDER WORK
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import training

folder, work = map(pathlib.Path, sys.argv[1:])
case = training.Case(folder, "dp_shard=2,tp=2")
runs = {}
for plan in ("auto", "hf"):
    for sequence_parallel in ("false", "true"):
        name = f"{plan}-{sequence_parallel}"
        program = work / f"{folder.name}-{name}.shard"
        recipe = training.write_recipe(case, work / "recipe.yaml")
        training.run("shardc", folder, "--recipe", recipe, "--set", f"distributed.tp_plan={plan}",
                     "--set", f"distributed.sequence_parallel={sequence_parallel}", "-o", program)
        runs[name] = training.run_program(case, program, "--steps", 3)
figures = training.furthest_pair(runs)
print(figures)
sys.exit(0 if all(worst <= training.MESH_TOLERANCES["float64"] for worst, _, _ in figures.values()) else 1)
