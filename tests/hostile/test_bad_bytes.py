"""Bytes that no client sends: each is answered with an error or a closed connection, and the
client beside it does not notice."""

import random
import struct
import unittest

from lib import wire
from lib.broker import Broker, millrace

GIB = 1 << 30


class BadBytes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker()

    @classmethod
    def tearDownClass(cls):
        cls.broker.close()

    def tearDown(self):
        """Whatever came before: the broker lives, serves others, and has not swollen."""
        self.assertTrue(self.broker.alive(), self.broker.log_text())
        sent = millrace("produce", "beside", "-b", self.broker.bootstrap, stdin="still here\n")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertLess(self.broker.memory_mib(), 256)

    def connect(self):
        connection = wire.Connection(self.broker.bootstrap)
        self.addCleanup(connection.close)
        return connection

    def test_a_random_stream_is_closed(self):
        chance = random.Random(1)
        for _ in range(100):
            with wire.Connection(self.broker.bootstrap) as connection:
                try:
                    connection.send(chance.randbytes(chance.randrange(1, 5000)))
                    connection.socket.shutdown(1)
                    self.assertTrue(connection.is_closed())
                except ConnectionError:
                    pass  # closed while we were sending

    def test_a_length_of_two_gib_is_refused_at_once(self):
        for length in (2 * GIB - 1, -1, -2 * GIB):
            connection = self.connect()
            connection.send(struct.pack(">i", length) + b"\x00" * 100)
            self.assertTrue(connection.is_closed())

    def test_a_frame_that_ends_in_the_middle_hurts_nobody(self):
        for cut in range(1, 40):
            with wire.Connection(self.broker.bootstrap) as connection:
                frame = wire.produce("beside", wire.one_record_batch())
                connection.send((struct.pack(">i", len(frame)) + frame)[:cut])

    def test_an_unknown_api_key_closes_the_connection(self):
        for api in (999, -1, 32767):
            connection = self.connect()
            connection.send_frame(wire.request(api, 0))
            self.assertTrue(connection.is_closed())

    def test_an_unknown_version_of_apiversions_is_answered_in_the_oldest_shape(self):
        connection = self.connect()
        # A version that new has a header with tagged fields: here none.
        connection.send_frame(wire.request(wire.API_VERSIONS, 99, b"\x00"))
        reply = connection.read_frame()
        correlation, error, count = struct.unpack_from(">ihi", reply)
        self.assertEqual((correlation, error), (7, wire.UNSUPPORTED_VERSION))
        ranges = dict()
        for i in range(count):
            key, low, high = struct.unpack_from(">hhh", reply, 10 + 6 * i)
            ranges[key] = (low, high)
        self.assertEqual(len(reply), 10 + 6 * count)
        self.assertEqual(ranges[wire.API_VERSIONS][0], 0)

    def test_an_unknown_version_of_another_api_closes_the_connection(self):
        connection = self.connect()
        connection.send_frame(wire.request(wire.METADATA, 99))
        self.assertTrue(connection.is_closed())

    def test_a_batch_whose_checksum_is_wrong_is_refused_and_not_stored(self):
        millrace("topic", "create", "checked", "-b", self.broker.bootstrap)
        connection = self.connect()
        connection.send_frame(wire.produce("checked", wire.one_record_batch(b"good")))
        self.assertEqual(wire.produce_error(connection.read_frame()), 0)
        connection.send_frame(wire.produce("checked", wire.one_record_batch(b"bad", damage=True)))
        self.assertEqual(wire.produce_error(connection.read_frame()), wire.CORRUPT_MESSAGE)
        seen = millrace("consume", "checked", "-e", "-b", self.broker.bootstrap)
        self.assertEqual(seen.stdout, "good\n")

    def test_a_bad_topic_name_is_refused_with_the_rule(self):
        for name in ("a/b", "..", "x" * 250, "white space"):
            made = millrace("topic", "create", name, "-b", self.broker.bootstrap)
            self.assertEqual(made.returncode, 1, made.stderr)
            self.assertIn("topic", made.stderr)
