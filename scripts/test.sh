#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test: lit, then each GoogleTest binary. The last line says
# `N passed, N failed, N skipped` over all of them. Arguments go to lit (--filter REGEX, -jN).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/build.sh
results=build/test-results
rm -rf "$results"
mkdir -p "$results"

/usr/lib/llvm-22/bin/lit -v --output "$results/lit.json" "$@" build/test || true
for tests in build/bin/*-tests; do
  [ -x "$tests" ] || continue
  name=$(basename "$tests")
  echo "-- $name"
  "$tests" --gtest_brief=1 --gtest_output="json:$results/$name.json" || [ -s "$results/$name.json" ] || echo null >"$results/$name.json"
done

python3 scripts/count-tests.py "$results"
