"""Running `millrace fraud` and looking at what it did."""

import json
import os
import random
import re
import signal
import subprocess
from pathlib import Path

from lib.paths import MILLRACE

HANDBOOK_MAP = ("user_id=customer_id,amount=tx_amount,location=terminal_id,"
                "timestamp=tx_datetime,id=tx_id")
APRIL = "handbook-transactions-2018-04.csv.zst"


def handbook_file(name=APRIL):
    """The real data, or None where MILLRACE_HANDBOOK_DIR names no folder that has it."""
    path = Path(os.environ.get("MILLRACE_HANDBOOK_DIR", "/nowhere")) / name
    return path if path.is_file() else None


class Detector:
    """A `millrace fraud` process; its alerts, one JSON object a line, go to `alerts`."""

    def __init__(self, brokers, *args, env=None):
        command = [str(MILLRACE), "fraud", "-b", brokers, "-f", "json", "--http", "off", *args]
        self.process = subprocess.Popen([str(word) for word in command], text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env={**os.environ, **(env or {})})

    def finish(self, limit_s=60):
        """Waits for the end; the text of stderr and the alerts."""
        try:
            out, err = self.process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"the detector did not end:\n{err[-2000:]}") from None
        if self.process.returncode != 0:
            raise AssertionError(f"the detector failed ({self.process.returncode}):\n{err[-2000:]}")
        return err, [json.loads(line) for line in out.splitlines()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def kill(self):
        self.process.kill()
        self.process.communicate()


def judge_all(brokers, *args, limit_s=60):
    """Judges what is in the topic; the text of stderr and this run's alerts."""
    return Detector(brokers, "--exit-at-end", *args).finish(limit_s)


def alerts_in(brokers, topic="alerts"):
    """The alerts in the topic, as consumers see them."""
    done = subprocess.run([str(MILLRACE), "consume", topic, "-b", brokers, "-e"],
                          capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def judged(text):
    """(transactions, alerts) of the summary line."""
    found = re.search(r"judged ([\d,]+) transactions .*: ([\d,]+) \(", text)
    return tuple(int(number.replace(",", "")) for number in found.groups())


def transactions(count, users, seed=1, start=1_700_000_000):
    """[(time, user, amount, id)] of busy users, one every ten seconds, in order."""
    chance = random.Random(seed)
    return [(start + 10 * i, f"user-{chance.randrange(users)}",
             round(chance.choice((20, 20, 20, 900, 901.5)) + chance.random(), 2), f"{seed}-{i}")
            for i in range(count)]


def as_json(time, user, amount, transaction_id):
    return json.dumps({"user_id": user, "amount": amount, "location": "here", "timestamp": time,
                       "transaction_id": transaction_id})


def produce(brokers, rows, topic="transactions"):
    lines = "".join(f"{row[1]}\t{as_json(*row)}\n" for row in rows)
    subprocess.run(["kcat", "-P", "-b", brokers, "-t", topic, "-K", "\t", "-X",
                    "partitioner=murmur2_random", "-X", "acks=all"],
                   input=lines, text=True, check=True, timeout=60)
