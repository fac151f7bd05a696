#!/usr/bin/env bash
# Checks and measures shardc on this machine's GPU: one command for a bare machine with CUDA 13 and python3, given what
# scripts/gpu-bundle.sh packed elsewhere. It lies in that folder.
#
#   gpu.sh [OUT] [check...] [bench...]   as check.py and bench.py name them; without names, all of both
#
# OUT (default: results, beside this file) gets the log of the checks and the figures. Exit code 1 if a check failed.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/results}
shift || true
mkdir -p "$out"

command -v python3 >/dev/null || { echo "gpu.sh: python3 is not on the PATH" >&2; exit 9; }
# NVIDIA's libraries are this machine's, also where only Python packages have them.
packages=$(python3 -c 'import glob, site, sys; print(":".join(p for s in [*site.getsitepackages(), *sys.path] if s for p in glob.glob(s + "/nvidia/*/lib")))' 2>/dev/null)
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64:$packages"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.total,driver_version,clocks.sm,clocks.mem --format=csv | tee "$out/gpu.txt"

checks=() benches=()
for name in "$@"; do
  if [ -d "$here/bench/$name" ]; then benches+=("$name"); else checks+=("$name"); fi
done
failed=0
if [ $# -eq 0 ] || [ ${#checks[@]} -gt 0 ]; then
  PYTHONUNBUFFERED=1 python3 "$here/check.py" ${checks[@]+"${checks[@]}"} 2>&1 | tee "$out/check.txt" || failed=1
fi
if [ -d "$here/bench" ] && { [ $# -eq 0 ] || [ ${#benches[@]} -gt 0 ]; }; then
  PYTHONUNBUFFERED=1 python3 "$here/bench.py" --out "$out" ${benches[@]+"${benches[@]}"} 2>&1 | tee "$out/bench.txt" || failed=1
fi
exit $failed
