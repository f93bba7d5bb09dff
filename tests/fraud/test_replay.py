"""`millrace fraud --replay`: every transaction is judged once, and the alerts are those that an
independent count finds, however the topic is partitioned."""

import tempfile
import unittest
from pathlib import Path

from lib.broker import Broker, millrace
from lib.fraud import found_in, replay
from lib.offline_count import alerts, by_rule, rows_of
from lib.peer import Kcat
from lib.transactions import WHY_SKIPPED, april, made, write_csv


class Replay(unittest.TestCase):
    def setUp(self):
        self.notes = []
        scratch = tempfile.TemporaryDirectory(prefix="millrace-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def judges_all_and_finds_what_the_count_finds(self, files, partitions):
        expected, count = alerts(rows_of(files))
        with Broker() as broker:
            created = millrace("topic", "create", "transactions", "-p", partitions, "-b",
                               broker.bootstrap)
            self.assertEqual(created.returncode, 0, created.stderr)
            self.assertEqual(replay(broker.bootstrap, files), (count, count))
            ends = Kcat().ends(broker.bootstrap, "transactions")
            self.assertEqual(len(ends), partitions)
            self.assertEqual(sum(ends.values()), count)
            self.assertEqual(set(found_in(broker.bootstrap).values()), expected)
        rules = by_rule(expected)
        self.notes.append(f"{partitions} partition(s): {count} transactions in, {count} judged, "
                          f"{rules['high_amount']} alerts for amount, {rules['velocity_1h']} for "
                          "velocity")
        return count, rules

    def test_made_transactions_from_plain_gzip_and_zstd_files(self):
        rows = made(9_000)
        files = [write_csv(self.scratch / f"part-{i}{ending}", rows[i * 3000:(i + 1) * 3000])
                 for i, ending in enumerate((".csv", ".csv.gz", ".csv.zst"))]
        for partitions in (1, 6):
            with self.subTest(partitions=partitions):
                _, rules = self.judges_all_and_finds_what_the_count_finds(files, partitions)
                self.assertGreater(rules["high_amount"], 3)
                self.assertGreater(rules["velocity_1h"], 10)

    @unittest.skipUnless(april(), WHY_SKIPPED)
    def test_april_2018_of_the_handbook_on_1_partition(self):
        self.judges_april_on(1)

    @unittest.skipUnless(april(), WHY_SKIPPED)
    def test_april_2018_of_the_handbook_on_6_partitions(self):
        self.judges_april_on(6)

    def judges_april_on(self, partitions):
        count, rules = self.judges_all_and_finds_what_the_count_finds([april()], partitions)
        self.assertEqual(count, 288_062)
        self.assertEqual(rules, {"high_amount": 2, "velocity_1h": 228})

    def test_a_file_that_cannot_be_replayed_is_named_before_anything_is_produced(self):
        wrong = self.scratch / "wrong.csv"
        wrong.write_text("a,b\n1,2\n")
        with Broker() as broker:
            for file in (wrong, self.scratch / "absent.csv"):
                done = millrace("fraud", "-b", broker.bootstrap, "--http", "off", "--replay", file)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(str(file), done.stderr)
            self.assertNotIn("transactions",
                             millrace("topic", "list", "-b", broker.bootstrap).stdout)
