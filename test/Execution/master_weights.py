"""Takes a few steps computed in bfloat16 whose updates are far below what a bfloat16 of the weights' size can tell apart, and checks that
all of them have reached the weights that --save writes.

Usage: master_weights.py FOLDER MESH
"""

import array
import json
import pathlib
import sys
import tempfile

import checkpoint
import training

STEPS, RATE = 4, 1e-6  # weights are about 0.02, and a bfloat16 of that size steps by 1e-4


def check(case, work):
    recipe = case.recipe()
    recipe["train"].update(learning_rate=RATE, min_learning_rate=RATE, warmup_steps=0, steps=STEPS, weight_decay=0.0)
    (work / "recipe.yaml").write_text(json.dumps(recipe))
    program, saved = work / "model.shard", work / "saved"
    training.run("shardc", case.folder, "--recipe", work / "recipe.yaml", "-o", program)
    training.run("shard-run", program, "--weights", case.folder, "--tokens", f"raw16:{case.folder}/tokens.bin", "--save", saved)
    before, after = checkpoint.read_folder(case.folder), checkpoint.read_folder(saved)
    for name, (dtype, shape, stored) in after.items():
        if dtype != "F32":
            raise training.Failure(f"{name} is saved as {dtype}")
        if len(shape) < 2:
            continue
        old, new = array.array("f", before[name][2]), array.array("f", stored)
        moved = [abs(b - a) for a, b in zip(old, new) if a != b]
        # Adam's first steps are of the learning rate's size. Rows of tokens that do not occur have no gradient.
        if len(moved) < len(new) / 8 or not RATE / 4 < sum(moved) / len(moved) < 2 * STEPS * RATE:
            raise training.Failure(f"{case}: {name}: {len(moved)} of {len(new)} weights moved, by {sum(moved) / max(len(moved), 1):.1e}")


def main():
    folder, mesh = sys.argv[1:]
    case = training.Case(folder, mesh, dtype="bfloat16")
    with tempfile.TemporaryDirectory() as work:
        check(case, pathlib.Path(work))
    print(f"ok: {case}")


if __name__ == "__main__":
    main()
