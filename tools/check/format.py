"""Is every C++ file as clang-format 14 would write it?  format.py [--json FILE] [--fix]"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    parser.add_argument("--fix", action="store_true", help="write the files as they should be")
    args = parser.parse_args()
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc"],
                             cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in listing.stdout.split() if (ROOT / name).exists()]
    how = ["-i"] if args.fix else ["--dry-run", "--Werror", "--ferror-limit=1"]
    done = subprocess.run(["clang-format-14", *how, *files], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    places = [line for line in done.stderr.splitlines() if ": error:" in line]
    failures = [{"test": place.split(":")[0],
                 "lines": [place, "fix: /usr/bin/python3 tools/check/format.py --fix"]}
                for place in places]
    if done.returncode and not failures:
        failures = [{"test": "clang-format", "lines": done.stderr.splitlines()[-10:]}]
    for place in places:
        print(place)
    if args.json:
        report = {"passed": len(files) - len(failures), "failures": failures}
        Path(args.json).write_text(json.dumps(report))
    print(f"{len(files)} files, {len(failures)} to format")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
