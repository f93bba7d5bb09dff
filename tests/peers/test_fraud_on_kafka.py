"""The same detector binary on a real Apache Kafka node: the same alerts."""

import json
import unittest

from lib.broker import millrace
from lib.fraud_stories import CrashStories, ReplayStories
from lib.kafka_node import KafkaNode


class DetectionOnApacheKafka(ReplayStories, CrashStories, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kafka = KafkaNode()
        cls.bootstrap = cls.kafka.bootstrap

    @classmethod
    def tearDownClass(cls):
        cls.kafka.close()

    def produce_raw(self, topic, value):
        done = millrace("produce", topic, "-b", self.bootstrap, stdin=value + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def consume_json(self, topic):
        done = millrace("consume", topic, "-b", self.bootstrap, "-e", "-f", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
