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
    Group("interop", "kcat, kafka-python and confluent-kafka of Debian",
          python_tests("tests/interop"), 300, ("release",)),
    Group("peers", "clients from PyPI, Maven Central and npm", python_tests("tests/peers"), 900,
          ("release",), every=False),
]


@dataclass
class Long:
    what: str
    command: list   # "{slice}" and "{slices}" are replaced
    builds: tuple = ()


LONG = {}
