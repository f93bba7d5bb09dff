"""Runs the test_*.py of one folder with unittest, prints one line a test, writes a JSON report.

    pytests.py FOLDER [--json FILE] [-k WORD]
"""

import argparse
import json
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Report(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.data = {"passed": 0, "failures": [], "skips": [], "notes": []}
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.broken = False

    def stopTest(self, test):
        super().stopTest(test)
        if isinstance(test, unittest.TestCase):
            self.data["notes"] += getattr(test, "notes", [])

    def addSuccess(self, test):
        if not self.broken:
            self.data["passed"] += 1
            self._say("ok", test)

    def addSkip(self, test, reason):
        self.data["skips"].append({"test": _name(test), "reason": reason})
        self._say("skip", test, reason)

    def addError(self, test, err):
        self._fail(test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self._fail(test, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._fail(subtest, self._exc_info_to_string(err, test))

    def addUnexpectedSuccess(self, test):
        self._fail(test, "was expected to fail, and passed")

    def _fail(self, test, text):
        self.broken = True
        self.data["failures"].append({"test": _name(test), "lines": text.splitlines()[-25:]})
        self._say("FAILED", test, "\n" + text)

    def _say(self, what, test, more=""):
        seconds = time.monotonic() - self.started
        print(f"{what:6} {_name(test)} {seconds:.1f} s {more}".rstrip(), flush=True)

    def wasSuccessful(self):
        return not self.data["failures"]


def _name(test):
    parts = test.id().split(".")
    return ".".join(parts[-2:]) if isinstance(test, unittest.TestCase) else str(test)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--json")
    parser.add_argument("-k", dest="word", action="append", help="only tests whose name has WORD")
    args = parser.parse_args()

    sys.path.insert(0, str(ROOT / "tests"))
    loader = unittest.TestLoader()
    if args.word:
        loader.testNamePatterns = [f"*{word}*" for word in args.word]
    suite = loader.discover(str(ROOT / args.folder), top_level_dir=str(ROOT / args.folder))
    report = Report()
    suite.run(report)
    if report.testsRun == 0:
        report.data["failures"].append({"test": args.folder, "lines": ["no test was found"]})
    if args.json:
        Path(args.json).write_text(json.dumps(report.data))
    print(f"{report.data['passed']} passed, {len(report.data['failures'])} failed, "
          f"{len(report.data['skips'])} skipped")
    return 0 if report.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
