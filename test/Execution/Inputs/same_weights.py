"""Checks that a saved folder has the tensors of another, in the same order and with the same bits, but for those that are no float32.

    same_weights.py SAVED FOLDER
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import checkpoint

saved, source = map(checkpoint.read_folder, sys.argv[1:])
expected = {name: tensor for name, tensor in source.items() if tensor[0] == "F32"}
sys.exit(0 if list(saved.items()) == list(expected.items()) else f"{list(saved)} and {list(expected)} differ, or their values")
