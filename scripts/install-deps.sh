#!/usr/bin/env bash
# Installs the Debian packages that shardc is built and tested with, if any is missing; and where cuDNN's headers are, fetches those
# of its frontend, which Debian does not have.
set -euo pipefail

packages=(
  # compiler: MLIR and LLVM 22, the linker as a library, and a compiler of the same version for its precompiled headers
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 clang-format-22 lld-22 liblld-22-dev libzstd-dev zlib1g-dev
  # build
  cmake ninja-build ccache mold git
  # runtime
  libopenblas-pthread-dev libcli11-dev libfmt-dev rapidjson-dev libxxhash-dev
  # tests and benchmarks; both MPIs, which the runtime opens where they are, and network namespaces that stand for two hosts
  libgtest-dev libbenchmark-dev python3
  openmpi-bin libopenmpi3 mpich libmpich12 iproute2
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

# The frontend is headers alone, and comes in a Python package. shard-run is built without cuDNN where it cannot be had.
frontend=$(dirname "$0")/../build-deps/cudnn-frontend
cuda=${CUDA_HOME:-${CUDA_PATH:-/usr/local/cuda}}
if [ -f "$cuda/include/cudnn.h" ] && [ ! -f "$frontend/include/cudnn_frontend.h" ]; then
  download=$(mktemp -d)
  if python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 \
      --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 -d "$download" nvidia-cudnn-frontend==1.32.0; then
    mkdir -p "$frontend"
    python3 - "$download" "$frontend" <<'PYTHON'
import pathlib, sys, zipfile
with zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl"))) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith("include/")])
PYTHON
  else
    echo "install-deps: no headers of cuDNN's frontend: shard-run will be built without cuDNN" >&2
  fi
  rm -rf "$download"
fi

[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: not root and no sudo, install by hand: ${missing[*]}" >&2; exit 1; }
  sudo=(sudo)
fi

echo "install-deps: installing from Debian's archive: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
