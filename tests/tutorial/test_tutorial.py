"""The tutorial's programs in Python (Debian's kafka-python) and in C++, in every pairing: what one
language sends the other one reads, and both print the same lines."""

import itertools
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from lib.broker import Broker
from lib.paths import PYTHON, ROOT

BIN = ROOT / "build/release/bin"
SCRIPTS = ROOT / "examples/tutorial/python"
LANGUAGES = ("python", "cpp")


def lines_of(language, program, bootstrap):
    """Runs a tutorial program to its end and returns what it printed."""
    command = ([PYTHON, SCRIPTS / f"{program}.py"] if language == "python"
               else [BIN / f"tutorial_{program}"])
    done = subprocess.run([*map(str, command), bootstrap], capture_output=True, text=True,
                          timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{program} in {language} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.splitlines()


def tell(pair):
    """Both stories of the tutorial with one pair of languages, on a broker of its own."""
    sender, receiver = pair
    with Broker() as broker:
        sent = lines_of(sender, "user_events_producer", broker.bootstrap)
        paid = lines_of(sender, "transactions_producer", broker.bootstrap)
        with ThreadPoolExecutor() as pool:
            received = pool.submit(lines_of, receiver, "user_events_consumer", broker.bootstrap)
            alerts = pool.submit(lines_of, receiver, "fraud_detector", broker.bootstrap)
            return sent, received.result(), paid, alerts.result()


class Tutorial(unittest.TestCase):
    def test_any_pair_of_languages_works_and_prints_the_same(self):
        pairs = list(itertools.product(LANGUAGES, LANGUAGES))
        with ThreadPoolExecutor() as pool:
            told = dict(zip(pairs, pool.map(tell, pairs)))
        for pair, (sent, received, paid, alerts) in told.items():
            with self.subTest(f"{pair[0]} to {pair[1]}"):
                self.assertEqual(len(sent), 10)
                self.assertEqual(received, [line.replace("Sent:", "Received:") for line in sent])
                suspicious = [line for line in paid if float(line.split()[2]) > 900]
                self.assertEqual(len(suspicious), 4)
                self.assertEqual(alerts, [line.replace("Sent:", "Alert! Suspicious transaction:")
                                          for line in suspicious])
        self.assertEqual(len({tuple(map(tuple, one)) for one in told.values()}), 1)

    def test_every_program_fits_on_a_page(self):
        programs = [*SCRIPTS.glob("*.py"), *(ROOT / "examples/tutorial/cpp").glob("*.cc")]
        self.assertEqual(len(programs), 8)
        for program in programs:
            self.assertLessEqual(len(program.read_text().splitlines()), 40, program)
