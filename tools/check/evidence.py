"""Long runs: too long for every day, cut into slices, each of which adds a line to
docs/evidence.md."""

import datetime
import subprocess
import time

from groups import GROUPS, LONG
from kinds import OUT, ROOT
from process import run

PAGE = ROOT / "docs" / "evidence.md"
HEAD = """# Evidence

Results of runs that are too long for every day (`./check --long NAME --slice K/N`), appended by
the runs themselves.

| date (UTC) | commit | run | slice | result | took |
|---|---|---|---|---|---|
"""


def run_long(name, slice_text):
    """Runs slice K of N of the long run; its last printed line is its result."""
    long = LONG[name]
    index, count = (int(part) for part in slice_text.split("/"))
    if not 1 <= index <= count:
        print(f"--slice {slice_text}: K must be between 1 and N")
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    for group in GROUPS:
        if group.name in long.builds:
            outcome = group.run(group, {})
            if outcome.failed:
                print("\n".join(outcome.failures[0].lines))
                print("0 passed, 1 failed, 0 skipped")
                return 1
    log = OUT / f"long-{name}-{index}-of-{count}.log"
    log.unlink(missing_ok=True)
    started = time.monotonic()
    command = [str(part).format(slice=index, slices=count) for part in long.command]
    done = run(command, log, 3600, ROOT, {})
    took = time.monotonic() - started
    lines = done.output.rstrip().splitlines()
    result = ("" if done.ok else "FAILED: ") + lines[-1].replace("|", "/")
    append(name, slice_text, result, took)
    if not done.ok:
        print("\n".join(lines[-25:]))
    print(f"{name} {slice_text}: {result} ({took:.0f} s); added to {PAGE.relative_to(ROOT)}")
    print("1 passed, 0 failed, 0 skipped" if done.ok else "0 passed, 1 failed, 0 skipped")
    return 0 if done.ok else 1


def append(name, slice_text, result, took):
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.strip()
    now = datetime.datetime.now(datetime.timezone.utc)
    PAGE.parent.mkdir(exist_ok=True)
    if not PAGE.exists():
        PAGE.write_text(HEAD)
    with open(PAGE, "a", encoding="utf-8") as page:
        page.write(f"| {now:%Y-%m-%d %H:%M} | {commit} | {name} | {slice_text} | {result} "
                   f"| {took:.0f} s |\n")
