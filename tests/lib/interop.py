"""What every Kafka client must be able to do with Millrace, told once for all of them."""

import unittest

from lib.broker import Broker, millrace
from lib.peer import Kcat
from lib.waiting import until


def record(key, value, headers=()):
    return {"key": key, "value": value, "headers": [list(pair) for pair in headers]}


def content(records):
    return [record(r["key"], r["value"], r["headers"]) for r in records]


class Story:
    """Mix into a TestCase and name the `peer` in setUpClass. One broker for the class, a topic of
    its own for each test."""

    peer = None

    @classmethod
    def setUpClass(cls):
        cls.peer = cls.make_peer()
        cls.broker = Broker()
        cls.reader = Kcat()

    @classmethod
    def tearDownClass(cls):
        cls.broker.close()

    def topic(self, partitions=1, name=None):
        name = name or self.id().rsplit(".", 1)[1].replace("test_", "")
        made = millrace("topic", "create", name, "-p", partitions, "-b", self.broker.bootstrap)
        self.assertEqual(made.returncode, 0, made.stderr)
        return name

    def test_its_keys_headers_and_null_values_come_back(self):
        sent = [record("k1", "plain"), record("k2", "with headers", [("trace", "a1"), ("n", "2")]),
                record("k3", None), record("k4", "ünïcödé ✓")]
        topic = self.topic()

        self.peer.produce(self.broker.bootstrap, topic, sent)

        self.assertEqual(content(self.peer.consume(self.broker.bootstrap, topic, 4)), sent)
        self.assertEqual(content(self.reader.consume(self.broker.bootstrap, topic, 4)), sent)

    def test_each_codec_comes_back(self):
        sent = [record(f"key-{i}", f"value {i} " + "abc" * 50) for i in range(60)]
        for codec in self.peer.codecs:
            with self.subTest(codec):
                topic = self.topic(name=f"codec-{codec}")
                self.peer.produce(self.broker.bootstrap, topic, sent, codec)
                self.assertEqual(
                    content(self.peer.consume(self.broker.bootstrap, topic, 60)), sent)
                self.assertEqual(
                    content(self.reader.consume(self.broker.bootstrap, topic, 60)), sent)

    def test_it_reads_what_another_client_wrote_in_each_codec(self):
        sent = [record(f"key-{i}", f"value {i} " + "xyz" * 50) for i in range(20)]
        topic = self.topic()
        for codec in self.peer.codecs:
            self.reader.produce(self.broker.bootstrap, topic, sent, codec)

        seen = self.peer.consume(self.broker.bootstrap, topic, 20 * len(self.peer.codecs))

        self.assertEqual(content(seen), sent * len(self.peer.codecs))

    def test_a_group_hands_over_without_a_gap(self):
        sent = [record(f"key-{i}", f"value {i}") for i in range(40)]
        topic = self.topic(partitions=3)
        self.peer.produce(self.broker.bootstrap, topic, sent)

        first = self.peer.consume(self.broker.bootstrap, topic, 15, group=f"g-{topic}")
        rest = self.peer.consume(self.broker.bootstrap, topic, 25, group=f"g-{topic}")

        places = [(r["partition"], r["offset"]) for r in first + rest]
        self.assertEqual(len(first), 15)
        self.assertEqual(len(set(places)), 40, "records were missed or came twice")
        self.assertCountEqual(content(first + rest), sent)

    def test_a_restart_in_the_middle_loses_nothing(self):
        sent = [record(f"key-{i}", f"value {i}") for i in range(400)]
        topic = self.topic(partitions=2)
        producer = self.peer.producer(self.broker.bootstrap, topic)
        self._feed(producer, sent[:200])
        until(lambda: self._stored(topic) > 0, "the first records")

        self.broker.stop()
        self._feed(producer, sent[200:300])
        self.broker.start()
        self._feed(producer, sent[300:])
        self.peer.finish(producer)

        seen = content(self.peer.consume(self.broker.bootstrap, topic, self._stored(topic)))
        missing = [r for r in sent if r not in seen]
        self.assertEqual(missing, [])

    def _feed(self, producer, records):
        for one in records:
            producer.stdin.write(self.peer.line(one))
            producer.stdin.flush()

    def _stored(self, topic):
        """How many records the topic holds."""
        ends = self.reader.ends(self.broker.bootstrap, topic)
        return sum(ends.values())


def cases(**peers):
    """A TestCase class for each peer: cases(Kcat=Kcat, ...)."""
    made = {}
    for name, make in peers.items():
        made[name] = type(name, (Story, unittest.TestCase), {"make_peer": staticmethod(make)})
    return made
