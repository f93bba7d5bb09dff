"""kafka-dump-log reads what we write: rolled segments of a running broker, and every file after a
clean stop or `millrace trim`."""

import unittest

from lib.broker import Broker, millrace
from lib.dump_log import complaints, files_of
from lib.peer import CODECS, Kcat, confluent_kafka


class DumpLog(unittest.TestCase):
    def setUp(self):
        self.notes = []
        self.broker = Broker("-X", "log.segment.bytes=1048576", "-X",
                             "log.index.interval.bytes=4096")
        self.addCleanup(self.broker.close)
        self.fill()

    def fill(self):
        """Several segments of every codec, from an idempotent producer too, and a group."""
        writer = Kcat()
        for name in ("segments", "codecs"):
            made = millrace("topic", "create", name, "-p", 2, "-b", self.broker.bootstrap)
            self.assertEqual(made.returncode, 0, made.stderr)
        lines = "".join(f"k{i}:{i} {'abcdefgh' * 100}\n" for i in range(6000))
        sent = millrace("produce", "segments", "-K", ":", "-b", self.broker.bootstrap, stdin=lines)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        some = [{"key": f"k{i}", "value": "v" * i, "headers": [["h", "1"]]} for i in range(50)]
        for codec in CODECS:
            writer.produce(self.broker.bootstrap, "codecs", some, codec)
        confluent_kafka().consume(self.broker.bootstrap, "codecs", 100, group="readers")

    def assert_content(self, files, least):
        found, batches = complaints(files)
        self.assertEqual(found, [])
        self.assertGreater(batches, least)
        self.notes.append(f"{self._testMethodName[5:]}: {len(files)} files, {batches} batches")

    def test_rolled_segments_of_a_running_broker(self):
        logs = sorted(self.broker.data.glob("segments-*/*.log"))
        last = {path.parent: path.stem for path in logs}  # the active one of each partition
        rolled = [path for path in files_of(self.broker.data)
                  if path.parent in last and path.stem < last[path.parent]]
        self.assertGreaterEqual(len([p for p in rolled if p.suffix == ".log"]), 3)
        self.assert_content(rolled, least=3)

    def test_every_file_after_a_clean_stop(self):
        self.broker.stop()
        self.assert_content(files_of(self.broker.data), least=20)

    def test_every_file_after_a_crash_and_trim(self):
        self.broker.kill()
        trimmed = millrace("trim", self.broker.data)
        self.assertEqual(trimmed.returncode, 0, trimmed.stderr)
        self.assert_content(files_of(self.broker.data), least=20)
