"""Runs the `sh` blocks of a README, in order, in one shell that stops at the first failure. The working folder has links to what
stands beside the repository's README, so that commands written for its root work."""

import pathlib
import re
import subprocess
import sys

readme, root, work = (pathlib.Path(argument) for argument in sys.argv[1:4])
work.mkdir(parents=True)
for name in ("examples",):
    (work / name).symlink_to(root / name)
blocks = re.findall(r"^```sh\n(.*?)^```", readme.read_text(), re.M | re.S)
if not blocks:
    sys.exit(f"{readme} has no commands")
sys.exit(subprocess.run(["bash", "-euxc", "\n".join(blocks)], cwd=work).returncode)
