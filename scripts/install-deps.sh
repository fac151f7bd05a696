#!/usr/bin/env bash
# Installs the Debian packages that shardc is built and tested with, if any is missing. Nothing comes from elsewhere.
set -euo pipefail

packages=(
  # compiler: MLIR and LLVM 22, the linker as a library, and a compiler of the same version for its precompiled headers
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 lld-22 liblld-22-dev libzstd-dev zlib1g-dev
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
