#!/usr/bin/env bash
# Builds everything and packs what a machine with a GPU needs into one archive (build/gpu-bundle.tar.gz, or the file given), at most
# 60 MiB: there, unpack it and run gpu-bundle/gpu.sh. Arguments after the file go to bench/gpu/pack.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

archive=$(realpath -m "${1:-build/gpu-bundle.tar.gz}")
shift || true
scripts/build.sh >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PWD/build/bin:$PATH python3 bench/gpu/pack.py "$work/gpu-bundle" "$@"
tar -C "$work" --owner=0 --group=0 -czf "$archive" gpu-bundle
bytes=$(stat -c %s "$archive")
echo "$archive: $((bytes / 1024 / 1024)) MiB"
[ "$bytes" -le $((60 * 1024 * 1024)) ] || { echo "gpu-bundle: more than 60 MiB: leave models or meshes out" >&2; exit 1; }
