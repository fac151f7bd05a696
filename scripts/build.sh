#!/usr/bin/env bash
# Installs what is missing and builds everything, optimised, in build/; the tools are in build/bin. Arguments go to the build
# (targets, -jN).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-deps.sh
cmake --preset release >/dev/null
cmake --build --preset release -- "$@"
