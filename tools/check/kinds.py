"""The kinds of test a group can be: a tool, gtest programs, a folder of Python tests."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from outcome import DATA_VARIABLE, Failure, Outcome, failed, passed
from process import run

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "check"
PYTHON = "/usr/bin/python3"


def tool(*command):
    """One test: the command's exit code. Its last line, where there is one, is shown as a note."""
    def go(group, env):
        done = run(command, OUT / f"{group.name}.log", group.limit_s, ROOT, env)
        if not done.ok:
            return failed(group.name, done.output)
        outcome = passed()
        outcome.notes = done.output.splitlines()[1:][-1:]  # the first line is the command
        return outcome
    return go


def counted_tool(*command):
    """A tool that writes {"passed": N, "failures": [{"test": …, "lines": […]}]} to --json FILE."""
    def go(group, env):
        report = OUT / f"{group.name}.json"
        report.unlink(missing_ok=True)
        done = run([*command, "--json", report], OUT / f"{group.name}.log", group.limit_s, ROOT,
                   env)
        if not report.exists():
            return failed(group.name, done.output)
        return _read_report(report, done)
    return go


def python_tests(folder):
    """Every test_*.py of a folder under tests/, with tests/ on the path for `lib`."""
    return counted_tool(PYTHON, ROOT / "tools/check/pytests.py", folder)


def unit_tests(preset):
    """Every program that CMake knows as a test of this preset, as many at a time as there are
    cores."""
    def go(group, env):
        build = ROOT / "build" / preset
        listing = run(["ctest", "--test-dir", build, "--show-only=json-v1"],
                      OUT / f"{group.name}-list.log", 60, ROOT)
        text = listing.output
        try:
            tests = json.loads(text[text.index("{"):])["tests"]
        except ValueError:
            return failed(group.name, text)
        total = Outcome()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for part in pool.map(lambda t: _gtest(group, env, t["name"], t["command"]), tests):
                total.add(part)
        if not tests:
            return failed(group.name, "no unit test was built")
        return total
    return go


def _gtest(group, env, name, command):
    log = OUT / f"{group.name}-{name}.log"
    log.unlink(missing_ok=True)
    report = OUT / f"{group.name}-{name}.json"
    report.unlink(missing_ok=True)
    scratch = OUT / "tmp" / name
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    done = run([*command, f"--gtest_output=json:{report}", "--gtest_brief=1"], log, group.limit_s,
               ROOT, {**env, "TMPDIR": str(scratch), "TEST_TMPDIR": str(scratch)})
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        suites = json.loads(report.read_text())["testsuites"]
    except (OSError, ValueError):
        return failed(f"{name}_tests (ended early)", done.output)
    outcome = Outcome()
    for suite in suites:
        for case in suite["testsuite"]:
            full = f"{suite['name']}.{case['name']}"
            if "failures" in case:
                lines = "\n".join(f["failure"] for f in case["failures"]).splitlines()
                outcome.failures.append(Failure(full, lines[:12]))
            elif case.get("result") == "SKIPPED":
                _count_skip(outcome, full, "GTEST_SKIP")
            elif case.get("status") == "RUN":
                outcome.passed += 1
    if not done.ok and not outcome.failures:
        outcome.add(failed(f"{name}_tests (exit code {done.exit_code})", done.output))
    return outcome


def _read_report(report, done):
    data = json.loads(report.read_text())
    outcome = Outcome(passed=data["passed"], notes=data.get("notes", []))
    outcome.failures = [Failure(f["test"], f["lines"]) for f in data["failures"]]
    for skip in data.get("skips", []):
        _count_skip(outcome, skip["test"], skip["reason"])
    if not done.ok and not outcome.failures:
        outcome.add(failed("exit code", done.output))
    return outcome


def _count_skip(outcome, test, reason):
    if DATA_VARIABLE in reason and not os.environ.get(DATA_VARIABLE):
        outcome.skipped += 1
    else:
        outcome.failures.append(Failure(test, [f"skipped ({reason}), but only tests of the real "
                                               f"data may skip, where {DATA_VARIABLE} is unset"]))
