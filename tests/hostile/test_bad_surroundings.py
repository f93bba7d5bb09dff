"""Ports, directories and disks that a broker cannot use: a clear sentence, the right exit code, and
nothing acknowledged is lost."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from lib.broker import Broker, millrace
from lib.paths import MILLRACE
from lib.waiting import until


class BadSurroundings(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="millrace-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def broker_fails(self, *args, exit_code=1):
        """Runs a broker that must not start and returns what it says."""
        done = millrace("broker", "--http", "off", *args, limit_s=20)
        self.assertEqual(done.returncode, exit_code, done.stderr)
        self.assertIn("error:", done.stderr)
        return done.stderr

    def test_a_port_in_use_is_named(self):
        with Broker() as other:
            said = self.broker_fails("--data", self.scratch / "d", "--listen", other.bootstrap)
            self.assertIn(str(other.port), said)
            self.assertIn("in use", said)
            self.assertTrue(other.alive())

    def test_a_data_directory_in_use_is_named(self):
        with Broker() as other:
            said = self.broker_fails("--data", other.data, "--listen", "127.0.0.1:0")
            self.assertIn(str(other.data), said)
            self.assertTrue(other.alive())

    def test_a_data_directory_of_a_newer_format_is_left_alone(self):
        data = self.scratch / "d"
        Broker(data=data).close()
        properties = data / "meta.properties"
        newer = properties.read_text().replace("version=1", "version=99")
        self.assertIn("version=99", newer)
        properties.write_text(newer)
        said = self.broker_fails("--data", data, "--listen", "127.0.0.1:0")
        self.assertIn("99", said)
        self.assertEqual(properties.read_text(), newer)

    def test_a_data_directory_that_is_a_file_is_named(self):
        path = self.scratch / "file"
        path.write_text("not a directory")
        said = self.broker_fails("--data", path, "--listen", "127.0.0.1:0")
        self.assertIn(str(path), said)

    def test_an_unwritable_data_directory_is_named(self):
        # A read-only mount, which stops root too.
        script = 'mount -t tmpfs -o ro none "$0" && exec "$@"'
        done = subprocess.run([*namespace(), "sh", "-c", script, str(self.scratch), str(MILLRACE),
                               "broker", "--http", "off", "--data", str(self.scratch / "d"),
                               "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.scratch), done.stderr)

    def test_a_wrong_property_is_answered_with_the_nearest_one(self):
        said = self.broker_fails("--ephemeral", "-X", "num.partition=4", exit_code=78)
        self.assertIn("num.partitions", said)
        self.broker_fails("--ephemeral", "-X", "num.partitions=many", exit_code=78)

    def test_a_full_disk_refuses_writes_and_loses_nothing(self):
        data = self.scratch / "d"
        data.mkdir()
        wrapper = [*namespace(), "sh", "-c",
                   'mount -t tmpfs -o size=48m none "$0" && exec "$@"', str(data)]
        with Broker(data=data, wrapper=wrapper) as broker:
            inside = Path(f"/proc/{broker.pid}/root{data}")
            filler = inside / "filler"
            acked = self.write_until_full(broker, filler)
            self.assertGreater(acked, 0)
            self.assertGreaterEqual(self.count(broker), acked, "reads go on, nothing is lost")

            filler.unlink()
            sent = until(lambda: self.send(broker, 1), "writes to go on after space was made", 15)
            self.assertTrue(sent)
            self.assertTrue(broker.alive(), broker.log_text())
            self.assertGreaterEqual(self.count(broker), acked + 1)

    def write_until_full(self, broker, filler):
        """Fills the disk beside the broker, then writes until it refuses; returns the number of
        records that were acknowledged."""
        self.assertTrue(self.send(broker, 100))
        acked = 100
        with open(filler, "wb") as rest:
            free = os.statvfs(filler.parent)
            rest.write(b"\0" * (free.f_bavail * free.f_frsize - (3 << 20)))
        while self.send(broker, 100):
            acked += 100
            self.assertLess(acked, 100_000, "48 MiB cannot hold so much")
        return acked

    def send(self, broker, count):
        """True when all of `count` records were acknowledged."""
        lines = "".join(f"{i} {'x' * 10_000}\n" for i in range(count))
        sent = millrace("produce", "full", "-b", broker.bootstrap, "-X", "retries=0",
                        "-X", "enable.idempotence=false", "-X", "message.timeout.ms=3000",
                        stdin=lines)
        return sent.returncode == 0

    def count(self, broker):
        seen = millrace("consume", "full", "-e", "-f", "%o\\n", "-b", broker.bootstrap)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        return len(seen.stdout.splitlines())


def namespace():
    """A command prefix that gives mounts of its own, also to an ordinary user."""
    return ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
