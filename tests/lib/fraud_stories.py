"""What the detector must do on any broker: ours and Apache Kafka alike."""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fraud"))

from lib.fraud import HANDBOOK_MAP, alerts_in, handbook_file, judged  # noqa: E402
from lib.fraud import Detector, as_json, judge_all, produce, transactions  # noqa: E402
from offline_count import count, handbook  # noqa: E402


def by_rule(alerts):
    return dict(Counter(alert["rule"]["id"] for alert in alerts))


class ReplayStories:
    """Mixed into a TestCase with `bootstrap`."""

    def test_a_replay_of_real_data_raises_the_alerts_of_an_offline_count(self):
        april = handbook_file()
        if not april:
            self.skipTest("MILLRACE_HANDBOOK_DIR names no folder with the real transactions")
        expected = count(handbook([april]))
        self.assertEqual(expected, {"high_amount": 2, "velocity_1h": 228})
        ids = {}
        for partitions in (1, 6):
            with self.subTest(partitions=partitions):
                text, alerts = Detector(
                    self.bootstrap, "--replay", april, "--map", HANDBOOK_MAP,
                    "--transactions", f"tx{partitions}", "--alerts", f"alerts{partitions}",
                    "--group", f"g{partitions}", "--partitions", partitions).finish(180)
                self.assertEqual(judged(text)[0], 288_062)
                self.assertIn("replayed 288,062 transactions, judged 288,062", text)
                self.assertEqual(by_rule(alerts), expected)
                stored = alerts_in(self.bootstrap, f"alerts{partitions}")
                self.assertEqual(by_rule(stored), expected)
                ids[partitions] = sorted(alert["id"] for alert in stored)
        self.assertEqual(ids[1], ids[6], "the same alerts, whatever the partitions")
        self.assertEqual(len(set(ids[1])), 230)

    def test_transactions_of_any_client_are_judged_and_explained(self):
        rows = transactions(60, users=1)
        produce(self.bootstrap, rows, "explained")
        text, alerts = judge_all(self.bootstrap, "--transactions", "explained", "--alerts",
                                 "explained-alerts", "--group", "explained")
        expected = count([row[:3] for row in rows])
        self.assertEqual(judged(text), (60, sum(expected.values())))
        self.assertEqual(by_rule(alerts), expected)
        fast = next(alert for alert in alerts if alert["rule"]["id"] == "velocity_1h")
        self.assertEqual(fast["features"]["count_1h"], len(fast["evidence"]))
        self.assertEqual(fast["evidence"][-1]["offset"], fast["offset"])
        self.assertEqual(fast["rule"]["text"],
                         "4 or more transactions of a user within (t - 1 h, t]")


class CrashStories:
    def test_a_detector_killed_again_and_again_raises_every_alert_once(self):
        rows = transactions(3000, users=40)
        expected = count([row[:3] for row in rows])
        names = ("--transactions", "killed", "--alerts", "killed-alerts", "--group", "killed")
        produce(self.bootstrap, rows[:100], "killed")
        kills = 0
        for start in range(100, 3000, 290):
            detector = Detector(self.bootstrap, *names)
            produce(self.bootstrap, rows[start:start + 290], "killed")
            # Between joining the group and long after: the delay changes from kill to kill.
            try:
                detector.process.wait(0.25 + 0.17 * (kills % 7))
            except Exception:  # noqa: S110 (still running, which is what is wanted)
                pass
            detector.kill()
            kills += 1
        judge_all(self.bootstrap, *names)
        stored = alerts_in(self.bootstrap, "killed-alerts")
        self.assertEqual(by_rule(stored), expected)
        self.assertEqual(len({alert["id"] for alert in stored}), len(stored), "none twice")
        self.notes = [f"{kills} kills of the detector, {len(stored)} alerts, each once"]

    def test_what_is_delivered_twice_alerts_once(self):
        names = ("--transactions", "twice", "--alerts", "twice-alerts", "--group", "twice")
        rows = transactions(50, users=1)
        produce(self.bootstrap, rows, "twice")
        _, first = judge_all(self.bootstrap, *names)
        produce(self.bootstrap, rows, "twice")
        text, second = judge_all(self.bootstrap, *names)
        self.assertGreater(len(first), 0)
        self.assertEqual(second, [])
        self.assertIn("50 seen twice", text)

    def test_a_second_instance_of_the_same_name_fences_the_first(self):
        names = ("--transactions", "fenced", "--alerts", "fenced-alerts", "--group", "fenced")
        produce(self.bootstrap, transactions(20, users=1), "fenced")
        judge_all(self.bootstrap, *names)
        first = Detector(self.bootstrap, *names)
        try:
            first.process.wait(2)
        except Exception:  # noqa: S110
            pass
        judge_all(self.bootstrap, *names)
        _, err = first.process.communicate(timeout=60)
        self.assertNotEqual(first.process.returncode, 0)
        self.assertIn("another instance", err)

    def test_what_is_no_transaction_is_put_aside_with_the_reason(self):
        time, user, amount, tx = transactions(1, users=1)[0]
        produce(self.bootstrap, [(time, user, amount, tx)], "broken")
        self.produce_raw("broken", "{not json")
        text, _ = judge_all(self.bootstrap, "--transactions", "broken", "--alerts",
                            "broken-alerts", "--group", "broken")
        self.assertEqual(judged(text)[0], 2)
        dead = self.consume_json("broken.dlq")
        self.assertEqual([record["value"] for record in dead], ["{not json"])
        headers = dict(dead[0]["headers"])
        self.assertEqual(headers["mr.dlq.topic"], "broken")
        self.assertIn("JSON", headers["mr.dlq.error"])


__all__ = ["ReplayStories", "CrashStories", "as_json"]
