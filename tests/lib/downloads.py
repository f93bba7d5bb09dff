"""Peers from PyPI, Maven Central and npm, fetched once into build/cache by their own clients."""

import os
import shutil
import subprocess

from lib.paths import CACHE, PEERS, PYTHON


def python_with(package):
    """The interpreter of a virtual environment that has `package` ("kafka-python==3.0.12") with
    every codec."""
    home = CACHE / "venv" / package
    done = home / "done"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        _run([PYTHON, "-m", "venv", home])
        _run([home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", package,
              "python-snappy", "lz4", "zstandard"])
        done.touch()
    return home / "bin/python"


def kafka_jars():
    """The class path of Apache Kafka at the version that tests/peers/java/pom.xml names."""
    pom = PEERS / "java/pom.xml"
    home = CACHE / "kafka"
    done = home / "pom.xml"
    if not done.exists() or done.read_text() != pom.read_text():
        shutil.rmtree(home, ignore_errors=True)
        _run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies",
              "-DincludeScope=runtime", f"-DoutputDirectory={home}"])
        shutil.copy(pom, done)
    return f"{home}/*"


def node_modules():
    """The folder of packages that tests/peers/js/package-lock.json names."""
    home = CACHE / "node"
    done = home / "done"
    wanted = (PEERS / "js/package-lock.json").read_text()
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PEERS / "js" / name, home)
        _run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", home])
        done.write_text(wanted)
    return home / "node_modules"


def _run(command):
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600,
                          stdin=subprocess.DEVNULL, env={**os.environ, "CI": "true"}, check=False)
    if done.returncode != 0:
        raise AssertionError(f"a peer cannot be had: {' '.join(map(str, command))}\n"
                             f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
