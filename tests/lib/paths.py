"""Where things lie, relative to the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MILLRACE = Path(os.environ.get("MILLRACE_BIN", ROOT / "build/release/millrace"))
CACHE = ROOT / "build/cache"   # what peers bring along: jars, virtual environments, node modules
PEERS = ROOT / "tests/peers"   # their programs
PYTHON = "/usr/bin/python3"    # the one that sees Debian's modules
