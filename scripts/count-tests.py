#!/usr/bin/env python3
"""Sums the results that test.sh left in a folder, prints them as one line and fails if a test failed or none ran."""

import json
import pathlib
import sys

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
LIT = {"PASS": PASSED, "FLAKYPASS": PASSED, "XFAIL": PASSED, "UNSUPPORTED": SKIPPED, "SKIPPED": SKIPPED, "EXCLUDED": None}


def lit_results(report):
    """lit names a test's outcome by a code; what is not listed above (FAIL, XPASS, TIMEOUT, UNRESOLVED) is a failure."""
    return [(test["name"], LIT.get(test["code"], FAILED)) for test in report["tests"]]


def gtest_results(name, report):
    """A binary that left no report has crashed: one failure."""
    if report is None:
        return [(name, FAILED)]
    results = []
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            ran = test.get("result") == "COMPLETED"
            results.append((f"{suite['name']}.{test['name']}", FAILED if "failures" in test else PASSED if ran else SKIPPED))
    return results


def main():
    results = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        report = json.loads(path.read_text())
        results += lit_results(report) if path.name == "lit.json" else gtest_results(path.stem, report)
    if not any(path.name == "lit.json" for path in pathlib.Path(sys.argv[1]).iterdir()):
        results.append(("lit", FAILED))
    for name, outcome in results:
        if outcome == FAILED:
            print(f"failed: {name}")
    counts = {outcome: sum(1 for _, other in results if other == outcome) for outcome in (PASSED, FAILED, SKIPPED)}
    print(f"{counts[PASSED]} passed, {counts[FAILED]} failed, {counts[SKIPPED]} skipped")
    sys.exit(1 if counts[FAILED] or not counts[PASSED] else 0)


main()
