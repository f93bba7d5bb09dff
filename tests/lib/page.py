"""A `millrace` program that serves a page and metrics: demo, fraud."""

import os
import re
import signal
import subprocess
import threading

from lib.paths import MILLRACE
from lib.waiting import until


class ProgramWithPage:
    """Runs `millrace ARGS… --http` on a port of its own until close(); `http` is "host:port"."""

    def __init__(self, *args, env=None):
        self.lines = []
        self.process = subprocess.Popen(
            [str(MILLRACE), *map(str, args), "--http", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.http = self.said(r"page\s+http://([\d.]+:\d+)/")

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def said(self, pattern):
        """What the pattern's group matched, as soon as it is printed."""
        try:
            return until(lambda: re.search(pattern, "".join(self.lines)), pattern).group(1)
        except AssertionError as late:
            self.close()
            raise AssertionError(f"{late}:\n" + "".join(self.lines[-40:])) from None

    def close(self):
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.reader.join(5)
            self.process.stdout.close()
