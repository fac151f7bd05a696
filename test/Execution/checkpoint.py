"""Reads a model folder's weights with nothing but Python: for the tests beside this file."""

import array
import json
import math
import pathlib
import struct


def read_file(path):
    """The tensors of one safetensors file: {name: (dtype, shape, bytes)}."""
    stored = path.read_bytes()
    size = struct.unpack("<Q", stored[:8])[0]
    header, data = json.loads(stored[8 : 8 + size]), stored[8 + size :]
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def read_folder(folder):
    """The tensors of model.safetensors, or of all files that its index names."""
    index = pathlib.Path(folder) / "model.safetensors.index.json"
    if not index.exists():
        return read_file(index.with_name("model.safetensors"))
    weight_map = json.loads(index.read_text())["weight_map"]
    files = {name: read_file(index.with_name(name)) for name in set(weight_map.values())}
    return {tensor: files[name][tensor] for tensor, name in weight_map.items()}


def distance(one, other):
    """The norm of the difference of two float32 tensors, relative to the other's norm."""
    (dtype, shape, one), (_, expected_shape, other) = one, other
    assert dtype == "F32" and shape == expected_shape, f"{dtype} {shape}, expected F32 {expected_shape}"
    one, other = array.array("f", one), array.array("f", other)
    return math.dist(one, other) / math.hypot(*other)
