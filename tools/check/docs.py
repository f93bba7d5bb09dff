"""Runs the commands of the documents: every fenced ```sh block of README.md, HACKING.md,
CONTRIBUTING.md and docs/**.md, so that none can rot.  docs.py [--json FILE]

A block runs with `bash -eu` from the checkout, with build/release first on the PATH and a broker of
its own, whose address stands in for 127.0.0.1:9092. `python3` is the one that sees Debian's
modules. A block right behind <!-- not run: why --> is not run.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from lib.broker import Broker  # noqa: E402

BLOCK = re.compile(r"(?P<marker><!-- not run: [^\n]*-->\n+)?^```sh\n(?P<code>.*?)^```$",
                   re.MULTILINE | re.DOTALL)
LIMIT_S = 120


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    args = parser.parse_args()
    passed, failures, left_out = 0, [], 0
    with tempfile.TemporaryDirectory(prefix="millrace-docs-") as scratch:
        for page, line, code, marker in blocks():
            if marker:
                left_out += 1
                continue
            error = run(code, Path(scratch))
            place = f"{page.relative_to(ROOT)}:{line}"
            print(f"{'FAILED' if error else 'ok':6} {place}", flush=True)
            if error:
                print(error)
                failures.append({"test": place, "lines": error.splitlines()[-20:]})
            else:
                passed += 1
    report = {"passed": passed, "failures": failures,
              "notes": [f"{left_out} blocks are marked as not to be run"]}
    if args.json:
        Path(args.json).write_text(json.dumps(report))
    print(f"{passed} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


def blocks():
    pages = [ROOT / name for name in ("README.md", "HACKING.md", "CONTRIBUTING.md")]
    for page in [*pages, *sorted((ROOT / "docs").glob("**/*.md"))]:
        if not page.exists():
            continue
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("code"))
            yield page, line, match["code"], match["marker"]


def run(code, scratch):
    """What went wrong, or nothing."""
    tools = scratch / "bin"
    tools.mkdir(exist_ok=True)
    if not (tools / "python3").exists():
        (tools / "python3").symlink_to("/usr/bin/python3")
    path = f"{tools}:{ROOT / 'build/release'}:{os.environ['PATH']}"
    with Broker() as broker:
        # Documents say 127.0.0.1:9092; the broker of the test listens where there is room.
        code = re.sub(r"(127\.0\.0\.1|localhost):9092", broker.bootstrap, code)
        env = {**os.environ, "PATH": path, "MILLRACE_BROKERS": broker.bootstrap,
               "TMPDIR": str(scratch)}
        try:
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=ROOT, env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            return f"{code}\ntook longer than {LIMIT_S} s"
    if done.returncode == 0:
        return ""
    return f"{code}\nexit code {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"


if __name__ == "__main__":
    sys.exit(main())
