"""Writes the weights of a GPT-2 folder as the public checkpoint has them: no `transformer.` before names, a mask in each layer.

    public_gpt2.py FOLDER NEW_FOLDER
"""

import json
import pathlib
import struct
import sys

source, target = map(pathlib.Path, sys.argv[1:])
stored = (source / "model.safetensors").read_bytes()
size = struct.unpack("<Q", stored[:8])[0]
header, data = json.loads(stored[8 : 8 + size]), stored[8 + size :]
renamed = {name.removeprefix("transformer."): entry for name, entry in header.items()}
for layer in range(3):
    mask = bytes(64 * 64)
    renamed[f"h.{layer}.attn.bias"] = {"dtype": "U8", "shape": [1, 1, 64, 64], "data_offsets": [len(data), len(data) + len(mask)]}
    data += mask
text = json.dumps(renamed).encode()
target.mkdir()
(target / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
