"""The same detector on a real Apache Kafka node: the same stories hold, and the alerts have the
same ids as on Millrace."""

import tempfile
import unittest
from pathlib import Path

from lib.broker import Broker
from lib.fraud import found_in, replay
from lib.fraud_stories import DetectorStories
from lib.kafka_node import KafkaNode
from lib.offline_count import alerts, rows_of
from lib.transactions import WHY_SKIPPED, april, made, write_csv


class DetectionOnApacheKafka(DetectorStories, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bootstrap = cls.enterClassContext(KafkaNode()).bootstrap

    def same_alerts_on_both(self, file):
        name = self._testMethodName[5:].replace("_", "-")
        topics = ("--transactions", name, "--alerts", f"{name}-alerts", "--group", name)
        expected, count = alerts(rows_of([file]))
        found = []
        with Broker() as broker:
            for brokers in (broker.bootstrap, self.bootstrap):
                self.assertEqual(replay(brokers, [file], *topics), (count, count))
                found.append(found_in(brokers, f"{name}-alerts"))
        self.assertEqual(found[0], found[1])
        self.assertEqual(set(found[0].values()), expected)
        self.notes = [f"{count} transactions: {len(expected)} alerts on both, the same ids"]

    def test_made_transactions_give_the_same_alerts_as_on_millrace(self):
        with tempfile.TemporaryDirectory(prefix="millrace-test-") as scratch:
            self.same_alerts_on_both(write_csv(Path(scratch) / "made.csv.gz", made(20_000, 5)))

    @unittest.skipUnless(april(), WHY_SKIPPED)
    def test_april_2018_gives_the_same_alerts_as_on_millrace(self):
        self.same_alerts_on_both(april())
