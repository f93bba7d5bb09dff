"""A real `millrace broker` process for a test."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from lib.paths import MILLRACE
from lib.waiting import until

READY_WITHIN_S = 20


class Broker:
    """Starts at once, on a port of its own choosing, with a data directory that outlives restarts.

        with Broker() as broker:
            … broker.bootstrap …
            broker.restart()
    """

    def __init__(self, *args, data=None, wrapper=(), http=False):
        self.owns_data = data is None
        self.data = Path(data or tempfile.mkdtemp(prefix="millrace-test-"))
        self.args = [str(arg) for arg in args]
        self.wrapper = list(wrapper)
        self.http = http
        self.listen = "127.0.0.1:0"
        self.process = None
        self.log = []
        self.start()

    def start(self):
        """Returns once the broker has printed where it listens; the port stays the same over
        restarts."""
        command = [*self.wrapper, str(MILLRACE), "broker", "--data", str(self.data), "--listen",
                   self.listen, "--print-bootstrap", *self.args]
        command += ["--http", "127.0.0.1:0" if self.http else "off"]
        started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        threading.Thread(target=self._read_log, args=(self.process,), daemon=True).start()
        watchdog = threading.Timer(READY_WITHIN_S, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline().strip()
        watchdog.cancel()
        if not line:
            self.process.wait(5)
            raise AssertionError(f"the broker did not start:\n{self.log_text()}")
        self.ready_s = time.monotonic() - started
        self.bootstrap = self.listen = line
        return self

    def _read_log(self, process):
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))

    def log_text(self):
        return "\n".join(self.log[-60:])

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return int(self.bootstrap.rsplit(":", 1)[1])

    @property
    def http_url(self):
        """Where /metrics is, e.g. "http://127.0.0.1:41234/"; only with http=True."""
        found = re.search(r"http://\S+?/", until(self.log_text, "the broker's first line"))
        return found.group(0)

    def memory_mib(self):
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024

    def alive(self):
        return self.process.poll() is None

    def stop(self, limit_s=20):
        """SIGTERM; returns the exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the broker did not stop:\n{self.log_text()}") from None
        finally:
            self.process.stdout.close()

    def kill(self):
        """SIGKILL, as a crash."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def restart(self):
        self.stop()
        return self.start()

    def close(self):
        try:
            if self.process and self.alive():
                self.stop()
        finally:
            if self.owns_data:
                shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def millrace(*args, stdin=None, limit_s=30):
    """Runs `millrace ARGS…` and returns the finished process with text output."""
    return subprocess.run([str(MILLRACE), *map(str, args)], input=stdin, capture_output=True,
                          text=True, timeout=limit_s, check=False)
