"""The live page of `millrace demo` as a person sees it, in headless Chromium."""

import tempfile
import unittest

from lib.browser import Browser
from lib.page import ProgramWithPage
from lib.waiting import until


class Demo(ProgramWithPage):
    """`millrace demo` in a directory of its own."""

    def __init__(self, *args):
        self.scratch = tempfile.TemporaryDirectory(prefix="millrace-test-")
        super().__init__("demo", "--data", self.scratch.name, "--listen", "127.0.0.1:0", *args)
        self.url = f"http://{self.http}/"

    def close(self):
        """As Ctrl-C; returns the exit code."""
        code = super().close()
        self.scratch.cleanup()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class LivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = cls.enterClassContext(Demo("--fraud-rate", "0.02", "--rate", "300"))
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.browser.open(self.demo.url)
        self.addCleanup(lambda: self.assertEqual(self.browser.complaints(), []))

    def rows(self, more=""):
        return self.browser.run(f"return document.querySelectorAll('#feed > li{more}').length")

    def newest(self):
        return self.browser.text("#feed > li:first-child summary")

    def test_numbers_move_and_alerts_arrive_newest_first(self):
        page = self.browser
        until(lambda: page.text("#status-word") == "live", "the status")
        until(lambda: page.number("#tps") > 0, "transactions a second")
        judged = page.number("#total-transactions")
        until(lambda: page.number("#total-transactions") > judged, "more transactions")
        until(lambda: page.number("#total-alerts") > 0 and self.rows() > 0, "alerts")
        until(lambda: page.number("#p99") > 0, "the latency")
        known = self.newest()
        until(lambda: self.newest() != known, "one more alert")
        self.assertGreaterEqual(page.text("#feed > li:first-child .time"),
                                page.text("#feed > li:last-child .time"))
        self.assertIn("M", page.run("return document.querySelector('#chart-transactions .stroke')"
                                    ".getAttribute('d')"))
        self.assertEqual(page.run("return [...document.querySelectorAll('#rules li')]"
                                  ".map(row => row.dataset.rule)"), ["high_amount", "velocity_1h"])

    def test_an_alert_opens_and_says_why(self):
        until(lambda: self.rows() > 0, "an alert")
        self.browser.run("document.querySelector('#pause').click();"
                         "document.querySelector('#feed summary').click()")
        until(lambda: self.browser.run("return !!document.querySelector('#feed .why')"), "why")
        shown = self.browser.text("#feed .why")
        for word in ("Rule", "Values seen", "Transaction", "Offset", "topic transactions"):
            self.assertIn(word, shown)
        self.assertEqual(len(self.browser.text("#feed .why dd:last-of-type")), 32, "the alert's id")

    def test_a_pause_holds_the_feed_and_a_rule_filters_it(self):
        until(lambda: self.rows() > 3, "alerts")
        self.browser.run("document.querySelector('#pause').click()")
        held = self.rows(), self.newest()
        until(lambda: "new" in self.browser.text("#pause"), "alerts that wait")
        self.assertEqual((self.rows(), self.newest()), held)
        self.browser.run("document.querySelector('#pause').click()")
        self.assertNotEqual(self.newest(), held[1])
        self.browser.run("const filter = document.querySelector('#filter');"
                         "filter.value = 'high_amount';"
                         "filter.dispatchEvent(new Event('change'))")
        self.assertEqual(self.rows("[data-rule=velocity_1h]:not([hidden])"), 0)
        self.assertEqual(self.rows("[data-rule=high_amount][hidden]"), 0)

    def test_it_fits_a_telephone(self):
        self.browser.look(390, 844, dark=False)
        self.addCleanup(self.browser.look, 1280, 800, True)
        until(lambda: self.rows() > 0, "an alert")
        self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 390)


class PageOfAStoppedDetector(unittest.TestCase):
    def test_it_says_so(self):
        with Demo() as demo, Browser() as browser:
            browser.open(demo.url)
            until(lambda: browser.text("#status-word") == "live", "the status")
            self.assertEqual(demo.close(), 0)
            until(lambda: browser.text("#status-word") == "disconnected", "the page to notice")
