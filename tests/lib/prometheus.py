"""Debian's Prometheus with the configuration that we ship, and what it knows."""

import json
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from lib.kafka_node import free_ports
from lib.paths import ROOT
from lib.waiting import until

SHIPPED = ROOT / "deploy/prometheus"


def promtool(*args, stdin=None):
    """Returns the finished process with text output."""
    return subprocess.run(["promtool", *map(str, args)], input=stdin, capture_output=True,
                          text=True, timeout=60, check=False)


class Prometheus:
    """Scrapes `targets`, {the shipped configuration's address: the test's}, every half second."""

    def __init__(self, targets):
        self.home = Path(tempfile.mkdtemp(prefix="millrace-prometheus-"))
        shutil.copy(SHIPPED / "alerts.yml", self.home)
        (self.home / "prometheus.yml").write_text(_for_a_test(targets))
        self.address = f"127.0.0.1:{free_ports(1)[0]}"
        with open(self.home / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.home / 'prometheus.yml'}",
                 f"--storage.tsdb.path={self.home / 'data'}",
                 f"--web.listen-address={self.address}", "--log.level=warn"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def query(self, expression):
        """The series that the expression gives now: [{"metric": {…}, "value": [time, text]}]."""
        where = f"http://{self.address}/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression})
        try:
            with urllib.request.urlopen(where, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None

    def wait_for(self, expression, limit_s=30):
        """Returns what the expression gives as soon as that is not empty."""
        return until(lambda: self._answers() and self.query(expression),
                     f"{expression} to have a value", limit_s, 0.2)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"Prometheus ended: {(self.home / 'log').read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def _for_a_test(targets):
    text = (SHIPPED / "prometheus.yml").read_text(encoding="utf-8")
    for shipped, real in targets.items():
        assert shipped in text, f"prometheus.yml has no target {shipped}"
        text = text.replace(shipped, real)
    text = re.sub(r"scrape_interval: \S+", "scrape_interval: 500ms", text)
    return re.sub(r"scrape_timeout: \S+", "scrape_timeout: 500ms", text)
