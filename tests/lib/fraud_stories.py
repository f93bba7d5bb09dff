"""What the detector must do on any broker: ours and Apache Kafka alike."""

import subprocess

from lib.fraud import Detector, found_in, judge_all, judged, produce, records_in
from lib.offline_count import alerts as count
from lib.transactions import busy


def findings(alerts):
    return {(alert["transaction"]["transaction_id"], alert["rule"]["id"]) for alert in alerts}


def linger(detector, seconds):
    """Gives a running detector that much time."""
    try:
        detector.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError(f"the detector ended:\n{detector.text()[-2000:]}")


class DetectorStories:
    """Mixed into a TestCase with `bootstrap`."""

    def test_transactions_of_any_client_are_judged_and_explained(self):
        rows = busy(60, users=1)
        produce(self.bootstrap, rows, "explained")
        text, alerts = judge_all(self.bootstrap, "--transactions", "explained", "--alerts",
                                 "explained-alerts", "--group", "explained")
        expected, _ = count(rows)
        self.assertEqual(judged(text), (60, len(expected)))
        self.assertEqual(findings(alerts), expected)
        fast = next(alert for alert in alerts if alert["rule"]["id"] == "velocity_1h")
        self.assertEqual(fast["features"]["count_1h"], len(fast["evidence"]))
        self.assertEqual(fast["evidence"][-1]["offset"], fast["offset"])
        self.assertEqual(fast["rule"]["text"],
                         "4 or more transactions of a user within (t - 1 h, t]")

    def test_a_detector_killed_again_and_again_raises_every_alert_once(self):
        rows = busy(3000, users=40)
        expected, _ = count(rows)
        names = ("--transactions", "killed", "--alerts", "killed-alerts", "--group", "killed")
        produce(self.bootstrap, rows[:100], "killed")
        kills = 0
        for start in range(100, 3000, 290):
            detector = Detector(self.bootstrap, *names)
            produce(self.bootstrap, rows[start:start + 290], "killed")
            # Between joining the group and long after: the delay changes from kill to kill.
            linger(detector, 0.25 + 0.17 * (kills % 7))
            detector.kill()
            kills += 1
        judge_all(self.bootstrap, *names)
        stored = found_in(self.bootstrap, "killed-alerts")
        self.assertEqual(set(stored.values()), expected)
        self.notes = [f"{kills} kills of the detector, {len(stored)} alerts, each once"]

    def test_what_is_delivered_twice_alerts_once(self):
        names = ("--transactions", "twice", "--alerts", "twice-alerts", "--group", "twice")
        rows = busy(50, users=1)
        produce(self.bootstrap, rows, "twice")
        _, first = judge_all(self.bootstrap, *names)
        produce(self.bootstrap, rows, "twice")
        text, second = judge_all(self.bootstrap, *names)
        self.assertGreater(len(first), 0)
        self.assertEqual(second, [])
        self.assertIn("50 seen twice", text)

    def test_a_second_instance_of_the_same_name_fences_the_first(self):
        names = ("--transactions", "fenced", "--alerts", "fenced-alerts", "--group", "fenced")
        produce(self.bootstrap, busy(20, users=1), "fenced")
        judge_all(self.bootstrap, *names)
        with Detector(self.bootstrap, *names) as first:
            linger(first, 2)
            judge_all(self.bootstrap, *names)
            self.assertNotEqual(first.wait(), 0)
            self.assertIn("another instance", first.text())

    def test_what_is_no_transaction_is_put_aside_with_the_reason(self):
        produce(self.bootstrap, busy(1, users=1), "broken")
        subprocess.run(["kcat", "-P", "-b", self.bootstrap, "-t", "broken"], input="{not json",
                       text=True, check=True, timeout=60, capture_output=True)
        text, _ = judge_all(self.bootstrap, "--transactions", "broken", "--alerts",
                            "broken-alerts", "--group", "broken")
        self.assertEqual(judged(text)[0], 2)
        dead = records_in(self.bootstrap, "broken.dlq")
        self.assertEqual([record["value"] for record in dead], ["{not json"])
        headers = dict(dead[0]["headers"])
        self.assertEqual(headers["mr.dlq.topic"], "broken")
        self.assertIn("JSON", headers["mr.dlq.error"])
