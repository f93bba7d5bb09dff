"""Running `millrace fraud` and looking at what it did."""

import json
import os
import re
import signal
import subprocess
import threading
import urllib.request

from lib.paths import MILLRACE
from lib.transactions import HANDBOOK_MAP
from lib.waiting import until


class Detector:
    """A `millrace fraud` process, started at once; its alerts, one JSON object a line, are read
    all the time, and so is what it says."""

    def __init__(self, brokers, *args, http=False, env=None):
        command = [str(MILLRACE), "fraud", "-b", brokers, "-f", "json", "--http",
                   "127.0.0.1:0" if http else "off", *map(str, args)]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, **(env or {})})
        self.out, self.log = [], []
        self.readers = [threading.Thread(target=keep_lines, args=pair, daemon=True) for pair in
                        ((self.process.stdout, self.out), (self.process.stderr, self.log))]
        for reader in self.readers:
            reader.start()

    def text(self):
        """What it has said."""
        return "".join(self.log)

    def said(self, pattern):
        """The last match in what it has said, as re.findall has it, or None."""
        found = re.findall(pattern, self.text())
        return found[-1] if found else None

    def metric(self, name):
        """The sum over all label values; needs http=True."""
        url = until(lambda: self.said(r"(http://127\S+?/)\s"), "the address of the page")
        with urllib.request.urlopen(url + "metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if re.match(re.escape(name) + r"[{ ]", line))

    def judged(self):
        return self.metric("millrace_fraud_transactions_total")

    def lag(self):
        return self.metric("millrace_fraud_lag_records")

    def running(self):
        return self.process.poll() is None

    def wait(self, limit_s=60):
        """The exit code."""
        try:
            code = self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the detector did not end:\n{self.text()[-2000:]}") from None
        self._close()
        return code

    def finish(self, limit_s=60):
        """Waits for a good end; what it said and its alerts."""
        code = self.wait(limit_s)
        if code != 0:
            raise AssertionError(f"the detector failed ({code}):\n{self.text()[-2000:]}")
        return self.text(), [json.loads(line) for line in self.out]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def kill(self):
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self):
        for reader in self.readers:
            reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running():
            self.kill()


def keep_lines(pipe, lines):
    for line in pipe:
        lines.append(line)


def judge_all(brokers, *args, limit_s=60):
    """Judges what is in the topic; what the detector said and this run's alerts."""
    return Detector(brokers, "--exit-at-end", *args).finish(limit_s)


def replay(brokers, files, *args):
    """Replays the handbook's columns to the end; (transactions replayed, transactions judged)."""
    words = [word for file in files for word in ("--replay", file)]
    with Detector(brokers, "--map", HANDBOOK_MAP, *words, *args) as detector:
        detector.finish(240)
        return replayed(detector)


def replayed(detector):
    """(transactions replayed, transactions judged) of the summary."""
    found = detector.said(r"replayed ([\d,]+) transactions, judged ([\d,]+)")
    return tuple(int(number.replace(",", "")) for number in found)


def judged(text):
    """(transactions, alerts) of the summary line."""
    found = re.search(r"judged ([\d,]+) transactions .*: ([\d,]+) \(", text)
    return tuple(int(number.replace(",", "")) for number in found.groups())


def records_in(brokers, topic):
    done = subprocess.run([str(MILLRACE), "consume", topic, "-b", brokers, "-e", "-f", "json"],
                          capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def alerts_in(brokers, topic="alerts"):
    """The alerts in the topic, as consumers see them."""
    return [json.loads(record["value"]) for record in records_in(brokers, topic)]


def found_in(brokers, topic="alerts"):
    """{alert id: (transaction id, rule)} in the topic; fails where one is there twice."""
    alerts = alerts_in(brokers, topic)
    found = {alert["id"]: (alert["transaction"]["transaction_id"], alert["rule"]["id"])
             for alert in alerts}
    if not len(alerts) == len(found) == len(set(found.values())):
        raise AssertionError(f"{len(alerts)} alerts in the topic, under {len(found)} ids, about "
                             f"{len(set(found.values()))} findings")
    return found


def as_json(time, user, amount, transaction_id):
    return json.dumps({"user_id": user, "amount": amount, "location": "here", "timestamp": time,
                       "transaction_id": transaction_id})


def produce(brokers, rows, topic="transactions"):
    """As any other program would."""
    lines = "".join(f"{row[1]}\t{as_json(*row)}\n" for row in rows)
    subprocess.run(["kcat", "-P", "-b", brokers, "-t", topic, "-K", "\t", "-X",
                    "partitioner=murmur2_random", "-X", "enable.idempotence=true"],
                   input=lines, text=True, check=True, timeout=120, capture_output=True)
