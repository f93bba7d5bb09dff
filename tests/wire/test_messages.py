"""Our messages beside Apache Kafka's: its definitions, and what its own classes write."""

import subprocess
import sys
import unittest
from pathlib import Path

from lib import downloads
from lib.paths import ROOT

sys.path.insert(0, str(Path(__file__).parent))
import definitions  # noqa: E402

DESCRIBE = ROOT / "build/dev/bin/wire_describe"
GOLDEN = ROOT / "src/wire/golden.txt"


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.class_path = downloads.kafka_jars()
        cls.ours = subprocess.run([DESCRIBE], capture_output=True, text=True, check=True).stdout
        cls.notes = []

    def test_every_message_and_version_is_as_kafka_defines_it(self):
        kafka = definitions.kafka_definitions(Path(self.class_path).parent.glob("kafka-*.jar"))
        ours = list(definitions.described(self.ours))

        self.assertEqual([], list(definitions.differences(ours, kafka)))
        self.assertGreater(len(ours), 300)
        self.notes.append(f"{len(ours)} message versions equal to Kafka's definitions")

    def test_the_golden_bytes_are_what_kafkas_classes_write_today(self):
        made = subprocess.run(["java", "-cp", self.class_path,
                               Path(__file__).with_name("WireGolden.java")],
                              input=self.ours, capture_output=True, text=True, check=False)

        self.assertEqual(0, made.returncode, made.stderr)
        self.assertTrue(made.stdout == GOLDEN.read_text(),
                        "write the program's output to src/wire/golden.txt")
