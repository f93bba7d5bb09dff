"""Headless Chromium, driven through Debian's chromedriver by the W3C WebDriver protocol."""

import base64
import json
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--no-first-run", "--hide-scrollbars", "--force-device-scale-factor=1"]


class Browser:
    """with Browser() as browser: browser.open(url); browser.run("return document.title")"""

    def __init__(self, width=1280, height=800, dark=True):
        self.scratch = tempfile.TemporaryDirectory(prefix="millrace-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.session = None
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            options = {"args": [*ARGUMENTS, f"--user-data-dir={self.scratch.name}"]}
            capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                            "goog:loggingPrefs": {"browser": "ALL"}}
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.session = made["sessionId"]
            self.look(width, height, dark)
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found.group(1))
        raise AssertionError("chromedriver did not start")

    def look(self, width, height, dark):
        """The page's size, and whether the person prefers dark."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url):
        self._in_session("POST", "/url", {"url": url})

    def run(self, script, *args):
        """What the body of a function answers in the page."""
        return self._in_session("POST", "/execute/sync", {"script": script, "args": list(args)})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent", selector)

    def number(self, selector):
        """The number that an element shows; 0 while it shows none."""
        digits = re.sub(r"[^0-9.]", "", self.text(selector) or "")
        return float(digits) if digits else 0

    def complaints(self):
        """Warnings and errors of the console, since the last call."""
        entries = self._in_session("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("WARNING", "SEVERE")]

    def devtools(self, command, **params):
        return self._in_session("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def screenshot(self, path):
        """As PNG."""
        path.write_bytes(base64.b64decode(self._in_session("GET", "/screenshot")))

    def _in_session(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()[:500]}") from None

    def close(self):
        if self.session:
            self._call("DELETE", f"/session/{self.session}")
            self.session = None
        self.driver.terminate()
        self.driver.wait(10)
        self.driver.stdout.close()
        time.sleep(0.1)  # Chromium's last writes into its folder
        self.scratch.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
