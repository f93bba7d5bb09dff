"""The groups of ./check, in the order they run, and the long runs of ./check --long."""

from dataclasses import dataclass
from typing import Callable

from kinds import PYTHON, ROOT, counted_tool, python_tests, tool, unit_tests


@dataclass
class Group:
    name: str
    what: str
    run: Callable
    limit_s: float = 120
    builds: tuple = ()   # groups that must have run before, e.g. ("release",)
    every: bool = True   # False: only with --all, because it takes peers that Debian does not have


GROUPS = [
    Group("tidy", "layers, style, banned constructs",
          counted_tool(PYTHON, ROOT / "tools/tidy.py")),
    Group("format", "clang-format", counted_tool(PYTHON, ROOT / "tools/check/format.py")),
    Group("release", "the build that users run", tool(ROOT / "tools/build", "release"), 900),
    Group("dev", "the build with ASan and UBSan", tool(ROOT / "tools/build", "dev"), 1800),
    Group("headers", "each header compiles alone",
          counted_tool(PYTHON, ROOT / "tools/check/headers.py"), 300, ("dev",)),
    Group("unit", "unit tests under ASan and UBSan", unit_tests("dev"), 600, ("dev",)),
    Group("cli", "the commands of millrace", python_tests("tests/cli"), 120, ("release",)),
    Group("interop", "kcat, kafka-python and confluent-kafka of Debian",
          python_tests("tests/interop"), 300, ("release",)),
    Group("hostile", "bad bytes, full disks, taken ports", python_tests("tests/hostile"), 180,
          ("release",)),
    Group("crash", "kill -9 under load, 5 times",
          tool(PYTHON, ROOT / "tests/crash/crash_loop.py", "--cycles", "5"), 120, ("release",)),
    Group("fraud", "alerts: the right ones, each once, delivered",
          python_tests("tests/fraud"), 420, ("release",)),
    Group("browser", "the live page in headless Chromium", python_tests("tests/browser"), 180,
          ("release",)),
    Group("prometheus", "Debian's Prometheus scrapes a demo; rules and dashboard",
          python_tests("tests/prometheus"), 180, ("release",)),
    Group("docs", "every command of the documents",
          counted_tool(PYTHON, ROOT / "tools/check/docs.py"), 300, ("release",)),
    Group("peers", "clients from PyPI, Maven Central and npm", python_tests("tests/peers"), 900,
          ("release",), every=False),
    Group("wire", "our messages beside Kafka's definitions and classes",
          python_tests("tests/wire"), 300, ("dev",), every=False),
    Group("dumplog", "kafka-dump-log reads every file", python_tests("tests/dumplog"), 300,
          ("release",), every=False),
    Group("cluster", "the detector on a real Apache Kafka node", python_tests("tests/cluster"), 300,
          ("release",), every=False),
    Group("crash-100", "kill -9 under load, 100 times",
          tool(PYTHON, ROOT / "tests/crash/crash_loop.py", "--cycles", "100"), 600, ("release",),
          every=False),
]


@dataclass
class Long:
    what: str
    command: list   # "{slice}" and "{slices}" are replaced; its last line is the result
    builds: tuple = ()


LONG = {
    "crash": Long("kill -9 under load, 300 times a slice, a seed of its own each",
                  [PYTHON, ROOT / "tests/crash/crash_loop.py", "--cycles", "300", "--seed",
                   "1000{slice}"], ("release",)),
}
