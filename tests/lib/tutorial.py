"""The tutorial's programs, in Python and in C++, on one broker: any writer with any reader."""

import subprocess
import unittest

from lib.broker import Broker
from lib.paths import MILLRACE, ROOT

LIMIT_S = 60
SCRIPTS = ROOT / "examples/tutorial/python"
PROGRAMS = MILLRACE.parent / "bin"

ACTIONS = ["login", "view", "click", "purchase", "logout"]
EVENTS = [f"user_{i % 3} {ACTIONS[i % 5]} at {1700000000 + i}" for i in range(10)]
ALERTS = [f"Alert! Suspicious transaction: {what}" for what in
          ("user_0 954.50 Berlin", "user_1 959.50 Lagos", "user_2 964.50 Lima",
           "user_3 969.50 Osaka")]


def in_cpp(name):
    return [PROGRAMS / f"tutorial_{name}"]


class Pairs:
    """Mix into a TestCase; `python` is the interpreter that has the kafka-python to test."""

    python = None

    @classmethod
    def setUpClass(cls):
        cls.interpreter = cls.python()

    def in_python(self, name):
        return [self.interpreter, SCRIPTS / f"{name}.py"]

    def test_python_writes_and_python_reads(self):
        self._tell(self.in_python, self.in_python)

    def test_python_writes_and_cpp_reads(self):
        self._tell(self.in_python, in_cpp)

    def test_cpp_writes_and_python_reads(self):
        self._tell(in_cpp, self.in_python)

    def test_cpp_writes_and_cpp_reads(self):
        self._tell(in_cpp, in_cpp)

    def _tell(self, writer, reader):
        """Records without a key are spread over partitions, so lines are compared sorted."""
        with Broker() as broker:
            sent = self._run(writer("user_events_producer"), broker)
            self.assertEqual(sent, [f"Sent: {event}" for event in EVENTS])
            self.assertEqual(len(self._run(writer("transactions_producer"), broker)), 20)
            events = self._run(reader("user_events_consumer"), broker)
            self.assertEqual(sorted(events), sorted(f"Received: {event}" for event in EVENTS))
            alerts = self._run(reader("fraud_detector"), broker)
            self.assertEqual(sorted(alerts), ALERTS)

    def _run(self, command, broker):
        done = subprocess.run([*map(str, command), broker.bootstrap], capture_output=True,
                              text=True, timeout=LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()


def tutorial_cases(**pythons):
    """A TestCase class for each interpreter: tutorial_cases(Tutorial=lambda: PYTHON)."""
    return {name: type(name, (Pairs, unittest.TestCase), {"python": staticmethod(python)})
            for name, python in pythons.items()}
