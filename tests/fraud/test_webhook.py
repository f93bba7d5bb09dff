"""The webhook and a receiver that is down, slow, redirects or fails: every alert arrives, signed,
always under the same id, and detection goes on."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import subprocess
import threading
import time
import unittest

from lib.broker import Broker, millrace
from lib.fraud import Detector, alerts_in, judge_all, produce, transactions
from lib.waiting import until
from offline_count import count

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver:
    """An HTTP server that answers as `answer(number of requests so far)` says: a status, or a
    status and headers. It keeps every request and checks every signature."""

    def __init__(self, answer=lambda seen: 204, port=0):
        self.answer = answer
        self.requests = []      # (id, status, body)
        self.bad_signatures = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if not signed(self.headers, body):
                    receiver.bad_signatures += 1
                answered = receiver.answer(len(receiver.requests))
                status, headers = answered if isinstance(answered, tuple) else (answered, {})
                receiver.requests.append((self.headers["webhook-id"], status, json.loads(body)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/alerts"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def accepted(self):
        return {id for id, status, _ in list(self.requests) if 200 <= status < 300}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def signed(headers, body):
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 60
    return fresh and headers["webhook-signature"] == f"v1,{expected}"


class Webhook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker()
        cls.bootstrap = cls.broker.bootstrap

    @classmethod
    def tearDownClass(cls):
        cls.broker.close()

    def setUp(self):
        self.total = 0
        self.name = f"{self._testMethodName[5:30]}-{os.getpid()}".replace("_", "-")
        self.topics = ("--transactions", self.name, "--alerts", f"{self.name}-alerts", "--group",
                       self.name)

    def detector(self, url, *args):
        return Detector(self.bootstrap, *self.topics, "--webhook", url, *args,
                        env={"MILLRACE_WEBHOOK_SECRET": SECRET})

    def ids(self):
        return {alert["id"] for alert in alerts_in(self.bootstrap, f"{self.name}-alerts")}

    def produce(self, seed=1, start=1_700_000_000):
        """Transactions with their alerts counted into `total`."""
        rows = transactions(40, users=2, seed=seed, start=start)
        produce(self.bootstrap, rows, self.name)
        self.total += sum(count([row[:3] for row in rows]).values())

    def produce_more(self):
        self.produce(seed=2, start=1_750_000_000)

    def produce_and_judge(self):
        """Alerts that exist before a webhook does."""
        self.produce()
        judge_all(self.bootstrap, *self.topics)
        self.assertEqual(len(self.ids()), self.total)

    def all_arrive(self, receiver, detector, limit_s=60):
        try:
            until(lambda: len(receiver.accepted()) >= self.total, "every alert", limit_s)
        finally:
            text, _ = detector.stop()
            receiver.close()
        self.assertEqual(receiver.accepted(), self.ids())
        self.assertEqual(len(self.ids()), self.total)
        self.assertEqual(receiver.bad_signatures, 0)
        for id, _, body in receiver.requests:
            self.assertEqual(body["type"], "fraud.alert")
            self.assertEqual(body["data"]["id"], id)
        return text

    def test_every_alert_arrives_once_when_all_is_well(self):
        self.produce_and_judge()
        receiver = Receiver()
        self.all_arrive(receiver, self.detector(receiver.url))
        self.assertEqual(len(receiver.requests), len(self.ids()))

    def test_what_was_delivered_is_not_delivered_again_after_a_restart(self):
        self.produce_and_judge()
        receiver = Receiver()
        self.all_arrive(receiver, self.detector(receiver.url))
        again = Receiver()
        detector = self.detector(again.url)
        produce(self.bootstrap, [(1_760_000_000, "late", 5000.0, "late-1")], self.name)
        until(again.accepted, "the new alert", 30)
        detector.stop()
        again.close()
        self.assertEqual(len(again.requests), 1)

    def test_a_receiver_that_fails_redirects_and_throttles_for_a_while(self):
        self.produce_and_judge()
        answers = (500, (302, {"location": "http://127.0.0.1:9/trap"}), 503,
                   (429, {"retry-after": "1"}), 404)
        receiver = Receiver(lambda seen: answers[seen % 5] if seen < 60 else 200)
        self.all_arrive(receiver, self.detector(receiver.url))

    def test_a_receiver_that_is_down_delays_nothing_but_itself(self):
        self.produce_and_judge()
        gone = Receiver()
        gone.close()
        detector = self.detector(gone.url)
        self.produce_more()
        until(lambda: len(self.ids()) == self.total, "detection while the receiver is down")
        back = Receiver(port=gone.port)
        time.sleep(1)
        self.all_arrive(back, detector)

    def test_a_receiver_that_is_slow_delays_nothing_but_itself(self):
        self.produce_and_judge()

        def slowly(_):
            time.sleep(0.3)
            return 200
        receiver = Receiver(slowly)
        detector = self.detector(receiver.url)
        self.produce_more()
        until(lambda: len(self.ids()) == self.total, "detection while the receiver is slow", 20)
        self.all_arrive(receiver, detector)

    def test_what_is_given_up_lies_among_the_dead_letters_under_its_id(self):
        self.produce_and_judge()
        receiver = Receiver(lambda _: 500)
        detector = self.detector(receiver.url, "--webhook-give-up", "1s")
        dead_letters = f"{self.name}-alerts.webhook.dlq"

        def buried():
            done = millrace("consume", dead_letters, "-b", self.bootstrap, "-e", "-f", "json")
            return [json.loads(line) for line in done.stdout.splitlines()]
        until(lambda: len(buried()) >= len(self.ids()), "the dead letters", 60)
        detector.stop()
        receiver.close()
        self.assertEqual({record["key"] for record in buried()}, self.ids())
        self.assertEqual(dict(buried()[0]["headers"])["mr.dlq.error"], "last status 500")

    def test_a_webhook_without_a_proper_secret_is_refused_without_repeating_it(self):
        env = {**os.environ, "MILLRACE_WEBHOOK_SECRET": "hunter2"}
        done = subprocess.run(
            [self.broker.process.args[0], "fraud", "-b", self.bootstrap, "--webhook",
             "http://127.0.0.1:1/"], capture_output=True, text=True, env=env, check=False,
            timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn("whsec_", done.stderr)
        self.assertNotIn("hunter2", done.stderr)


if __name__ == "__main__":
    unittest.main()
