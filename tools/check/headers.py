"""Does every header compile alone?  headers.py [--json FILE]

A header that some .cc of the build includes before anything else has been compiled alone by the
build itself. Only the others are compiled here, with the flags of a file of their folder.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST_INCLUDE = re.compile(r'^\s*#include\s+[<"]([^">]+)[">]', re.MULTILINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    args = parser.parse_args()
    commands = json.loads((ROOT / "build/dev/compile_commands.json").read_text())
    proven, flags = set(), {}
    for entry in commands:
        source = Path(entry["file"])
        first = FIRST_INCLUDE.search(source.read_text(encoding="utf-8"))
        if first:
            proven.add(first.group(1))
        flags.setdefault(source.parent, entry)
    headers = sorted([*ROOT.glob("src/**/*.h"), *ROOT.glob("include/**/*.h")])
    to_compile = [header for header in headers if include_name(header) not in proven]
    public = flags[ROOT / "src/client"]  # whose headers include/ holds
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda h: compile_alone(h, nearest(h, flags, public)), to_compile)
        failures = [failure for failure in results if failure]
    for failure in failures:
        print(failure["test"], *failure["lines"], sep="\n  ")
    if args.json:
        report = {"passed": len(headers) - len(failures), "failures": failures}
        Path(args.json).write_text(json.dumps(report))
    print(f"{len(headers)} headers, {len(to_compile)} compiled here, {len(failures)} broken")
    return 1 if failures else 0


def include_name(header):
    folder = "include" if "include" == header.relative_to(ROOT).parts[0] else "src"
    return str(header.relative_to(ROOT / folder))


def nearest(header, flags, otherwise):
    folder = header.parent
    while folder != ROOT:
        if folder in flags:
            return flags[folder]
        folder = folder.parent
    return otherwise


def compile_alone(header, entry):
    words = shlex.split(entry["command"])
    keep, skip = [], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-c"):
            skip = True
        elif word != "-MD" and not word.startswith("-fsanitize") and word != entry["file"]:
            keep.append(word)
    if keep and not keep[0].startswith("-"):  # the compiler, behind ccache
        keep = keep[1:]
    # An include, not the header itself as the main file: that would warn about #pragma once.
    done = subprocess.run(["g++", *keep, "-fsyntax-only", "-x", "c++", "-"],
                          input=f'#include "{include_name(header)}"\n', cwd=entry["directory"],
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return {"test": str(header.relative_to(ROOT)), "lines": done.stderr.splitlines()[:10]}


if __name__ == "__main__":
    sys.exit(main())
