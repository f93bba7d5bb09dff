"""The `millrace` commands as a person or a script uses them."""

import json
import os
import signal
import subprocess
import time
import unittest

from lib.broker import Broker, millrace
from lib.paths import MILLRACE


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("-X", "num.partitions=2", "-X", "auto.create.topics.enable=false")

    @classmethod
    def tearDownClass(cls):
        cls.broker.close()

    def run_ok(self, *args, stdin=None):
        done = millrace(*args, "-b", self.broker.bootstrap, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_fails(self, exit_code, *args, stdin=""):
        done = millrace(*args, "-b", self.broker.bootstrap, stdin=stdin)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "", "results only on stdout")
        return done.stderr

    def test_a_topic_is_created_listed_described_and_deleted(self):
        self.run_ok("topic", "create", "a", "-c", "retention.ms=60000")
        self.run_ok("topic", "create", "a", "--if-not-exists")
        self.assertIn("already", self.run_fails(1, "topic", "create", "a"))
        listed = [json.loads(line)
                  for line in self.run_ok("topic", "list", "-f", "json").splitlines()]
        self.assertIn({"topic": "a", "partitions": 2, "internal": False}, listed)
        described = json.loads(self.run_ok("topic", "describe", "a", "-f", "json"))
        self.assertEqual(described["partitions"],
                         [{"partition": p, "start_offset": 0, "end_offset": 0} for p in (0, 1)])
        self.assertEqual(described["configs"]["retention.ms"],
                         {"value": "60000", "default": False})
        self.assertIn("retention.ms", self.run_ok("topic", "describe", "a"))
        self.run_ok("topic", "delete", "a", "--yes")
        self.assertIn("no topic 'a'", self.run_fails(1, "topic", "describe", "a"))

    def test_records_go_round_as_json(self):
        self.run_ok("topic", "create", "from", "-p", "1")
        self.run_ok("topic", "create", "to", "-p", "1")
        self.run_ok("produce", "from", "-K", ":", "-H", "h=1", "-z", "gzip", stdin="k1:v1\nk2:\n")
        self.run_ok("produce", "from", "-k", "k1", "--tombstone")
        self.run_ok("produce", "from", stdin="no key\n")
        first = self.run_ok("consume", "from", "-e", "-f", "json")
        self.run_ok("produce", "to", "-f", "json", stdin=first)
        second = self.run_ok("consume", "to", "-e", "-f", "json")
        content = [[(r["key"], r["value"], r["headers"]) for r in map(json.loads,
                                                                       text.splitlines())]
                   for text in (first, second)]
        self.assertEqual(content[0], content[1])
        self.assertEqual(content[0], [("k1", "v1", [["h", "1"]]), ("k2", "", [["h", "1"]]),
                                      ("k1", None, []), (None, "no key", [])])

    def test_every_way_to_name_a_place(self):
        self.run_ok("topic", "create", "places", "-p", "1")
        self.run_ok("produce", "places", stdin="".join(f"{i}\n" for i in range(10)))
        for where, seen in (("start", range(10)), ("7", (7, 8, 9)), ("-2", (8, 9)),
                            ("+8", (8, 9)), ("2:4", (2, 3)), ("end", ()), (":3", (0, 1, 2)),
                            ("@-1h", range(10)), ("@2100-01-01", ())):
            got = self.run_ok("consume", "places", "-e", "-o", where)
            self.assertEqual(got.split(), [str(i) for i in seen], where)
        self.assertEqual(self.run_ok("consume", "places", "-n", "2", "-f", "%p/%o=%s;"),
                         "0/0=0;0/1=1;")

    def test_a_group_goes_on_where_it_stopped_and_shows_its_lag(self):
        self.run_ok("topic", "create", "shared", "-p", "1")
        self.run_ok("produce", "shared", stdin="1\n2\n3\n")
        self.assertEqual(self.run_ok("consume", "shared", "-g", "readers", "-n", "2"), "1\n2\n")
        group = json.loads(self.run_ok("group", "describe", "readers", "-f", "json"))
        self.assertEqual((group["state"], group["lag"]), ("Empty", 1))
        self.assertEqual(self.run_ok("consume", "shared", "-g", "readers", "-e"), "3\n")
        self.assertIn("readers", self.run_ok("group", "list"))
        self.assertIn("(did you mean readers?)", self.run_fails(1, "group", "describe", "reader"))

    def test_a_reader_never_creates_a_topic(self):
        self.run_ok("topic", "create", "orders")
        self.assertIn("no topic 'order' (did you mean orders?)",
                      self.run_fails(1, "consume", "order", "-e"))
        listed = self.run_ok("topic", "list", "-f", "json")
        self.assertNotIn('"order"', listed)

    def test_exit_codes_tell_what_kind_of_failure_it_was(self):
        self.run_fails(2, "topic", "lst")
        self.run_fails(2, "consume", "x", "-o", "frist")
        self.run_fails(2, "topic", "list", "-X", "no.such.property=1")
        unreachable = millrace("topic", "list", "-b", "127.0.0.1:1", "--timeout", "5s")
        self.assertEqual(unreachable.returncode, 69, unreachable.stderr)
        self.assertIn("127.0.0.1:1", unreachable.stderr)

    def test_interrupted_means_130(self):
        self.run_ok("topic", "create", "quiet")
        reader = subprocess.Popen([str(MILLRACE), "consume", "quiet", "-b",
                                   self.broker.bootstrap], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        self.addCleanup(reader.kill)
        time.sleep(0.5)
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(10), 130)
        reader.communicate()

    def test_a_pipe_sees_a_record_as_soon_as_it_comes(self):
        self.run_ok("topic", "create", "live")
        reader = subprocess.Popen([str(MILLRACE), "consume", "live", "-b",
                                   self.broker.bootstrap], stdout=subprocess.PIPE, text=True)
        self.addCleanup(reader.kill)
        self.run_ok("produce", "live", stdin="now\n")
        self.assertEqual(reader.stdout.readline(), "now\n")
        reader.stdout.close()
        self.run_ok("produce", "live", stdin="gone\n")
        self.assertEqual(reader.wait(10), 0, "a reader that goes away is no error")

    def test_help_teaches_every_command(self):
        overview = millrace("--help").stdout
        commands = [line.split("  ")[1] for line in overview.splitlines()
                    if line.startswith("  ") and not line.startswith("  millrace")]
        self.assertGreater(len(commands), 10)
        for command in commands:
            shown = millrace(*command.split(), "--help")
            self.assertEqual(shown.returncode, 0)
            self.assertIn("examples:", shown.stdout)


class BrokerCommand(unittest.TestCase):
    def test_it_stops_cleanly_and_keeps_what_it_has(self):
        with Broker() as broker:
            millrace("produce", "kept", "-b", broker.bootstrap, stdin="a\nb\n")
            self.assertEqual(broker.stop(), 0)
            broker.start()
            seen = millrace("consume", "kept", "-e", "-b", broker.bootstrap)
            self.assertEqual(seen.stdout, "a\nb\n")

    def test_ephemeral_leaves_nothing_behind(self):
        scratch = os.environ.get("TMPDIR", "/tmp")
        before = set(os.listdir(scratch))
        process = subprocess.Popen([str(MILLRACE), "broker", "--ephemeral", "--listen",
                                    "127.0.0.1:0", "--print-bootstrap"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        bootstrap = process.stdout.readline().strip()
        sent = millrace("produce", "t", "-b", bootstrap, stdin="x\n")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()
        left = {name for name in set(os.listdir(scratch)) - before
                if name.startswith("millrace-") and not name.startswith("millrace-test")}
        self.assertEqual(left, set())

    def test_it_reads_a_server_properties(self):
        with Broker() as other:
            config = other.data / "server.properties"
            config.write_text("# comment\nnum.partitions=5\nzookeeper.connect=localhost:2181\n")
            with Broker("-c", config) as broker:
                millrace("produce", "five", "-b", broker.bootstrap, stdin="x\n")
                listed = millrace("topic", "list", "-f", "json", "-b", broker.bootstrap).stdout
                self.assertIn('"partitions":5', listed)
