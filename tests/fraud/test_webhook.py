"""A webhook's receiver that is down, slow, redirects, fails, asks for patience or wants no more:
every alert arrives under its id or lies among the dead letters, and detection goes on."""

import time
import unittest

from lib.broker import Broker
from lib.fraud import Detector, found_in, produce, records_in
from lib.offline_count import alerts
from lib.transactions import made
from lib.waiting import until
from lib.webhook_receiver import SECRET, Answer, Receiver, alert_id

COUNT = 2_000  # transactions of one test


class Webhook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = made(COUNT, seed=3)
        cls.expected, _ = alerts(cls.rows)

    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.close)

    def detector(self, receiver, *args):
        return Detector(self.broker.bootstrap, "--webhook", receiver.url, *args, http=True,
                        env={"MILLRACE_WEBHOOK_SECRET": SECRET})

    def detects_all(self, detector):
        """Produces all transactions; returns the ids of the alerts once detection has kept up."""
        until(lambda: detector.lag() == 0, "the detector")
        produce(self.broker.bootstrap, self.rows)
        until(lambda: detector.judged() == COUNT and detector.lag() == 0,
              f"{COUNT} judged transactions and no lag")
        found = until(lambda: self.complete(), "all alerts in the topic", 15)
        self.assertEqual(set(found.values()), self.expected)
        return set(found)

    def complete(self):
        found = found_in(self.broker.bootstrap)
        return found if len(found) >= len(self.expected) else None

    def all_arrive(self, receiver, ids, limit_s=60):
        until(lambda: set(receiver.delivered()) >= ids, "every alert at the receiver", limit_s)
        self.assertEqual(set(receiver.delivered()), ids)
        for attempt in receiver.attempts:
            self.assertTrue(attempt.genuine, "a signature that does not verify")
            self.assertEqual(attempt.id, alert_id(attempt.body))
        for id in ids:
            self.assertEqual(len({attempt.body for attempt in receiver.of(id)}), 1,
                             "an alert's body changes between attempts")

    def test_a_receiver_that_is_down_gets_every_alert_when_it_is_back(self):
        with Receiver() as receiver, self.detector(receiver) as detector:
            ids = self.detects_all(detector)
            self.assertEqual(receiver.attempts, [])
            receiver.start()
            self.all_arrive(receiver, ids)
            self.assertEqual(len(receiver.delivered()), len(ids), "and each once")
            self.assertEqual(detector.lag(), 0)

    def test_a_receiver_that_fails_at_first_gets_every_alert_under_one_id(self):
        seen = {}

        def bad_at_first(n, id):
            """A kind of trouble for each id; the second or third attempt is accepted."""
            kind = seen.setdefault(id, len(seen) % 4)
            if kind == 0:
                return Answer(500) if n < 2 else Answer()
            if n > 0:
                return Answer()
            return (None, Answer(302, (("Location", "/elsewhere"),)),
                    Answer(429, (("Retry-After", "4"),)), Answer(200, delay_s=1.5))[kind]

        with Receiver(bad_at_first).start() as receiver, self.detector(receiver) as detector:
            ids = self.detects_all(detector)
            self.all_arrive(receiver, ids)
            self.assertEqual(set(seen.values()), {0, 1, 2, 3}, "every kind was met")
            self.assertEqual({attempt.path for attempt in receiver.attempts}, {"/alerts"},
                             "a redirect is not followed")
            for id, kind in seen.items():
                attempts = receiver.of(id)
                self.assertEqual(len(attempts), (3, 2, 2, 1)[kind])
                if kind == 2:
                    self.assertGreaterEqual(attempts[1].at - attempts[0].at, 3.9,
                                            "Retry-After is respected")
            self.assertEqual(detector.lag(), 0)

    def test_alerts_that_are_given_up_lie_among_the_dead_letters(self):
        with Receiver(lambda n, id: Answer(500)).start() as receiver, \
                self.detector(receiver, "--webhook-give-up", "2s") as detector:
            ids = self.detects_all(detector)
            until(lambda: len(self.dead_letters()) >= len(ids), "the dead letters", 60)
            dead = self.dead_letters()
            self.assertEqual({headers["alert-id"] for headers in dead}, ids)
            self.assertEqual(len(dead), len(ids))
            for headers in dead:
                attempts = receiver.of(headers["alert-id"])
                self.assertEqual(int(headers["mr.dlq.attempts"]), len(attempts))
                self.assertGreater(len(attempts), 1)
                self.assertIn("500", headers["mr.dlq.error"])
            self.assertEqual(detector.lag(), 0)

    def dead_letters(self):
        return [dict(record["headers"])
                for record in records_in(self.broker.bootstrap, "alerts.webhook.dlq")]

    def test_a_receiver_that_is_gone_ends_deliveries_and_nothing_else(self):
        with Receiver(lambda n, id: Answer(410)).start() as receiver:
            with self.detector(receiver) as detector:
                ids = self.detects_all(detector)
                until(lambda: "410" in detector.text(), "a word about the 410")
                told = len(receiver.attempts)
                time.sleep(3)
                self.assertEqual(len(receiver.attempts), told, "it is left alone")
                self.assertLess(told, len(ids))
                self.assertTrue(detector.running())
                detector.stop()

            receiver.answer = lambda n, id: Answer()
            with self.detector(receiver):
                self.all_arrive(receiver, ids)

    def test_a_detector_that_crashes_delivers_what_is_left_under_the_same_ids(self):
        with Receiver(lambda n, id: Answer(200, delay_s=0.1)).start() as receiver:
            with self.detector(receiver) as detector:
                ids = self.detects_all(detector)
                detector.kill()
            with self.detector(receiver):
                self.all_arrive(receiver, ids)

    def test_what_was_delivered_is_not_delivered_again_after_a_restart(self):
        with Receiver().start() as receiver:
            with self.detector(receiver) as detector:
                ids = self.detects_all(detector)
                self.all_arrive(receiver, ids)
                detector.stop()
            with self.detector(receiver):
                produce(self.broker.bootstrap, [(1_760_000_000, "late", 5000.0, "late-1")])
                until(lambda: set(receiver.delivered()) > ids, "the new alert")
            self.assertEqual(len(receiver.delivered()), len(ids) + 1)

    def test_a_webhook_without_a_good_secret_is_refused(self):
        for env, why in (({}, "MILLRACE_WEBHOOK_SECRET"),
                         ({"MILLRACE_WEBHOOK_SECRET": "whsec_hush"}, "whsec_")):
            with Detector(self.broker.bootstrap, "--webhook", "http://127.0.0.1:1/",
                          env=env) as detector:
                self.assertEqual(detector.wait(20), 2)
                self.assertIn(why, detector.text())
                self.assertNotIn("hush", detector.text())
