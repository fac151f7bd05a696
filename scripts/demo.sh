#!/usr/bin/env bash
# Installs what is missing, builds shardc and shard-run, compiles a small Llama for four ranks and trains it on a licence text.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

text=/usr/share/common-licenses/GPL-3
[ -r "$text" ] || { echo "demo: cannot read $text" >&2; exit 1; }

scripts/build.sh shardc shard-run
export PATH="$PWD/build/bin:$PATH"
out=build/demo
mkdir -p "$out"

echo "demo: compiling examples/tiny-llama for 4 ranks"
shardc examples/tiny-llama --recipe examples/tiny-llama/fsdp2-tp2.yaml --report -o "$out/tiny.shard"
echo
echo "demo: training it on $text"
shard-run "$out/tiny.shard" --seed 1 --tokens "text:$text" --metrics "$out/run.jsonl"

python3 - "$out/run.jsonl" <<'PYTHON'
import json, sys
losses = [json.loads(line)["loss"] for line in open(sys.argv[1])]
first, last = losses[0], sum(losses[-10:]) / len(losses[-10:])
print(f"demo: the loss fell from {first:.3f} to {last:.3f} in {len(losses)} steps")
sys.exit(0 if last < 0.7 * first else "demo: it should have fallen further")
PYTHON
