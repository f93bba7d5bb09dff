"""Our description of every Kafka message against the definitions in Kafka's own jars."""

import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from lib import downloads
from lib.paths import PYTHON, ROOT

DESCRIBE = ROOT / "build/dev/bin/wire_describe"


class Schema(unittest.TestCase):
    def test_every_message_and_version_agrees_with_kafka(self):
        jars = Path(downloads.kafka_jars()).parent
        with tempfile.TemporaryDirectory(prefix="millrace-test-") as scratch:
            for jar, folder in (("kafka-clients", "common/message"),
                                ("kafka-metadata", "common/metadata")):
                self.extract(next(jars.glob(f"{jar}-4*.jar")), folder, scratch)
            done = subprocess.run(
                [PYTHON, ROOT / "tests/wire_schema_check.py", DESCRIBE,
                 *(f"{scratch}/common/{kind}" for kind in ("message", "metadata"))],
                capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-1000:])
        self.notes = done.stdout.splitlines()[-1:]

    def extract(self, jar, folder, into):
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.startswith(folder + "/") and name.endswith(".json"):
                    archive.extract(name, into)
