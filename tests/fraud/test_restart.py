"""kill -9 of the detector, kill -9 and restart of the broker, all in the middle of the work: the
alerts are exactly the same, each once."""

import tempfile
import unittest
from pathlib import Path

from lib.broker import Broker
from lib.fraud import Detector, found_in, produce, replay, replayed
from lib.offline_count import alerts, rows_of
from lib.transactions import HANDBOOK_MAP, made, write_csv
from lib.waiting import until

COUNT = 60_000


class Restart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = made(COUNT, seed=7)
        scratch = tempfile.TemporaryDirectory(prefix="millrace-test-")
        cls.addClassCleanup(scratch.cleanup)
        cls.file = write_csv(Path(scratch.name) / "made.csv", cls.rows)
        cls.expected, _ = alerts(rows_of([cls.file]))

    def setUp(self):
        self.notes = []
        self.broker = Broker()
        self.addCleanup(self.broker.close)

    def assert_exactly_the_alerts(self):
        self.assertEqual(set(found_in(self.broker.bootstrap).values()), self.expected)

    def start(self, *args):
        return Detector(self.broker.bootstrap, *args, http=True)

    def kill_after(self, detector, judged):
        """Kills it once it has judged that many; returns how many it had judged."""
        def enough():
            self.assertTrue(detector.running(), f"ended too early:\n{detector.text()}")
            return detector.judged() >= judged and detector.judged()
        done = until(enough, f"{judged} judged transactions", every_s=0.005)
        detector.kill()
        return done

    def test_a_detector_killed_again_and_again_raises_each_alert_once(self):
        # Slow enough to be killed in the middle, before and after it has committed.
        pace = ("-X", "fetch.message.max.bytes=20000", "-X", "queued.min.messages=500")
        produce(self.broker.bootstrap, self.rows)
        killed = [self.kill_after(self.start(*pace), judged)
                  for judged in (1, 3_000, 1_000, 9_000, 500)]

        with self.start("--exit-at-end") as last:
            last.finish()

        self.notes.append(f"killed after {', '.join(f'{n:.0f}' for n in killed)} judged")
        self.assert_exactly_the_alerts()

    def test_a_replay_killed_in_the_middle_and_begun_again_raises_each_alert_once(self):
        words = ("--map", HANDBOOK_MAP, "--replay", self.file)
        for judged in (2_000, 12_000):
            self.kill_after(self.start(*words), judged)

        total, judged = replay(self.broker.bootstrap, [self.file])

        self.assertEqual(total, COUNT)
        self.assertGreaterEqual(judged, COUNT)
        self.assert_exactly_the_alerts()

    def test_a_broker_killed_in_the_middle_costs_no_alert_and_repeats_none(self):
        self.survives(lambda: (self.broker.kill(), self.broker.start()))

    def test_a_broker_restarted_in_the_middle_costs_no_alert_and_repeats_none(self):
        self.survives(self.broker.restart)

    def survives(self, disturb):
        words = ("--map", HANDBOOK_MAP, "--replay", self.file)
        with self.start(*words) as detector:
            until(lambda: detector.judged() > 2_000, "the first transactions", every_s=0.005)
            disturb()
            detector.finish(120)
            self.assertEqual(replayed(detector), (COUNT, COUNT))
        self.assert_exactly_the_alerts()
