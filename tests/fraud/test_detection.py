"""The detector on our own broker: the right alerts, each once."""

import json
import unittest

from lib.broker import Broker, millrace
from lib.fraud_stories import CrashStories, ReplayStories


class DetectionOnMillrace(ReplayStories, CrashStories, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker()
        cls.bootstrap = cls.broker.bootstrap

    @classmethod
    def tearDownClass(cls):
        cls.broker.close()

    def produce_raw(self, topic, value):
        done = millrace("produce", topic, "-b", self.bootstrap, stdin=value + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def consume_json(self, topic):
        done = millrace("consume", topic, "-b", self.bootstrap, "-e", "-f", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
