"""Checks a profile of tiny-gpt2 that shard-run has written."""

import json
import sys

profile = json.load(open(sys.argv[1]))
assert profile["copy_bytes_per_second"] > 0, profile["copy_bytes_per_second"]
sections = {section["name"]: section for section in profile["sections"]}
assert [*sections] == ["micro", "last", "update"], [*sections]

for name, section in sections.items():
    tasks = section["tasks"]
    assert all(task["microseconds"] > 0 for task in tasks), name
    assert section["microseconds"] > 0 and len(tasks) > 10, name
    assert section["host_microseconds"] > 0
    kinds = [task["what"].split()[0] for task in tasks]
    layers, products = 3, kinds.count("gemm")
    if name == "update":
        assert products == 0 and any(kind.startswith("adamw") for kind in kinds), kinds
    else:  # q, k, v, out, two of the MLP, and the head: forward, and twice in the backward pass
        assert products == 3 * (6 * layers + 1), products
        assert kinds.count("attention") == kinds.count("attention_grad") == layers, kinds
        assert section["library_microseconds"] > 0, name
        assert all(task["library"] for task in tasks if task["what"].startswith("gemm "))
