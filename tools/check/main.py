"""The runner behind ./check: runs groups of tests, counts, and shows what failed.

Ends with the line `N passed, N failed, N skipped` and exit code 0 or 1. Whole logs are kept in
build/check/.
"""

import argparse
import sys
import time

import evidence
from groups import GROUPS, LONG
from kinds import OUT, ROOT
from outcome import Outcome


def main():
    args = parse()
    if args.list:
        return list_groups()
    if args.long:
        return evidence.run_long(args.long, args.slice)
    groups = chosen(args)
    OUT.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    total, broken = Outcome(), set()
    for group in groups:
        outcome = run_group(group, broken)
        if outcome.failed:
            broken.add(group.name)
        total.add(outcome)
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    print(f"{minutes} min {seconds} s; logs in build/check/")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


def parse():
    parser = argparse.ArgumentParser(prog="./check", description="builds and runs the tests")
    parser.add_argument("--all", action="store_true",
                        help="also what needs peers from PyPI, Maven Central or npm")
    parser.add_argument("--group", action="append", default=[], metavar="NAME",
                        help="only this group and the builds it needs; may be repeated")
    parser.add_argument("--list", action="store_true", help="the names of groups and long runs")
    parser.add_argument("--long", metavar="NAME",
                        help="a run too long for every day; its result goes to docs/evidence.md")
    parser.add_argument("--slice", metavar="K/N", default="1/1", help="part K of N of a long run")
    args = parser.parse_args()
    names = [group.name for group in GROUPS]
    for name in args.group:
        if name not in names:
            parser.error(f"no group '{name}'; there are: {' '.join(names)}")
    if args.long and args.long not in LONG:
        parser.error(f"no long run '{args.long}'; there are: {' '.join(LONG) or 'none'}")
    return args


def list_groups():
    for group in GROUPS:
        print(f"{group.name:12} {'' if group.every else '(--all) '}{group.what}")
    for name, long in LONG.items():
        print(f"{name:12} (--long) {long.what}")
    return 0


def chosen(args):
    if not args.group:
        return [group for group in GROUPS if args.all or group.every]
    wanted = set(args.group)
    for group in GROUPS:
        if group.name in args.group:
            wanted.update(group.builds)
    return [group for group in GROUPS if group.name in wanted]


def run_group(group, broken):
    missing = [name for name in group.builds if name in broken]
    print(f"{group.name:12} ", end="", flush=True)
    started = time.monotonic()
    for old in (OUT / f"{group.name}.log", OUT / f"{group.name}.json"):
        old.unlink(missing_ok=True)
    if missing:
        outcome = Outcome()
        print(f"not run: {missing[0]} failed")
        return outcome
    outcome = group.run(group, {"MILLRACE_ROOT": str(ROOT)})
    took = time.monotonic() - started
    counts = f"{outcome.passed} passed"
    if outcome.failed:
        counts += f", {outcome.failed} FAILED"
    if outcome.skipped:
        counts += f", {outcome.skipped} skipped"
    print(f"{counts:32} {took:7.1f} s   {group.what}", flush=True)
    for note in outcome.notes:
        print(f"             {note}")
    for failure in outcome.failures[:20]:
        print(f"  FAILED {group.name}: {failure.test}")
        for line in failure.lines:
            print(f"    | {line}")
    if outcome.failed > 20:
        print(f"  … and {outcome.failed - 20} more, in build/check/{group.name}.log")
    sys.stdout.flush()
    return outcome


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(130)
