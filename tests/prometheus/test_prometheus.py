"""Debian's Prometheus scrapes a demo and a detector of its own with the configuration that we ship.
Every name that is documented is exported, and every panel of the dashboard shows something."""

import base64
import json
import re
import tempfile
import unittest
import urllib.request

from lib.broker import millrace
from lib.kafka_node import free_ports
from lib.page import ProgramWithPage
from lib.paths import ROOT
from lib.prometheus import SHIPPED, Prometheus, promtool

DASHBOARD = ROOT / "deploy/grafana/millrace.json"
DOCUMENT = ROOT / "docs/metrics.md"
# What Grafana's board 7589, "Kafka Exporter Overview", asks for.
BOARD_7589 = (
    'sum(kafka_topic_partition_current_offset{job="millrace", topic=~".*"}) by (topic)',
    'sum(kafka_consumergroup_lag{job="millrace", topic=~".*"}) by (consumergroup, topic)',
    'sum(delta(kafka_consumergroup_current_offset{job="millrace", topic=~".*"}[1m])/5) '
    'by (consumergroup, topic)',
    'sum by(topic) (kafka_topic_partitions{job="millrace", topic=~".*"})',
    'sum(rate(kafka_topic_partition_current_offset{job="millrace", topic=~".*"}[1m])) by (topic)',
)
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]*) \| [^|]+ \|$",
                 re.MULTILINE)


class ScrapedByPrometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        data = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="millrace-demo-"))
        # Fraud enough for alerts of both rules within seconds.
        demo = ProgramWithPage("demo", "--data", data, "--listen", "127.0.0.1:0", "--rate", 100,
                               "--fraud-rate", 0.2, "--seed", 7)
        cls.addClassCleanup(demo.close)
        bootstrap = demo.said(r"broker\s+(\S+:\d+)")
        # A detector of its own, whose webhook's receiver is not there.
        secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
        detector = ProgramWithPage("fraud", "-b", bootstrap, "--group", "second", "--alerts",
                                   "alerts-2", "--webhook",
                                   f"http://127.0.0.1:{free_ports(1)[0]}/",
                                   env={"MILLRACE_WEBHOOK_SECRET": secret})
        cls.addClassCleanup(detector.close)
        cls.addresses = (demo.http, detector.http)
        # A request that fails.
        millrace("topic", "create", "not a name", "-b", bootstrap)
        cls.prometheus = Prometheus(dict(zip(("127.0.0.1:8090", "127.0.0.1:8091"), cls.addresses)))
        cls.addClassCleanup(cls.prometheus.close)
        cls.prometheus.wait_for("count(up == 1) == 2")
        # Rates need two scrapes after the first alert and the first commit.
        cls.prometheus.wait_for(
            'sum(rate(millrace_fraud_alerts_total{job="millrace"}[30s])) > 0')
        cls.prometheus.wait_for('sum(kafka_consumergroup_current_offset{job="millrace"}) > 0')

    def scrape(self, address):
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
            return answer.read().decode()

    def test_every_panel_of_the_dashboard_shows_something(self):
        panels = [panel for panel in json.loads(DASHBOARD.read_text())["panels"]
                  if panel["type"] != "row"]
        self.assertGreater(len(panels), 15)
        for panel in panels:
            for target in panel["targets"]:
                expression = (target["expr"].replace("$__rate_interval", "30s")
                              .replace("$topic", ".*"))
                with self.subTest(panel["title"], expression=expression):
                    self.prometheus.wait_for(expression, limit_s=15)

    def test_the_panels_of_grafana_board_7589_show_something(self):
        for expression in BOARD_7589:
            with self.subTest(expression):
                self.prometheus.wait_for(expression, limit_s=15)

    def test_every_metric_that_an_alert_names_is_exported(self):
        text = (SHIPPED / "alerts.yml").read_text(encoding="utf-8")
        names = set(re.findall(r"\bmillrace_\w+", text))
        self.assertGreater(len(names), 8)
        for name in sorted(names):
            with self.subTest(name):
                self.prometheus.wait_for(f'{{__name__=~"{name}(_bucket)?"}}', limit_s=10)

    def test_documented_and_exported_metrics_are_the_same(self):
        documented = {row["name"]: (row["type"], labels_of(row["labels"]))
                      for row in ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))}
        exported = {}
        for address in self.addresses:
            exported.update(families(self.scrape(address)))

        self.assertEqual(documented, exported)

    def test_the_numbers_agree_with_what_is_in_the_topics(self):
        counted = self.prometheus.query(
            'sum(millrace_topic_records_total{job="millrace", topic="alerts", direction="in"})')
        raised = self.prometheus.query('sum(millrace_fraud_alerts_total{job="millrace"})')
        ends = self.prometheus.query(
            'sum(millrace_log_end_offset{job="millrace", topic="alerts"})')

        values = [float(series[0]["value"][1]) for series in (counted, raised, ends)]
        self.assertGreater(min(values), 0)
        # Taken from parts that run on; a second of alerts is the most they can be apart.
        self.assertLess(max(values) - min(values), 100)

    def test_our_names_are_in_good_style(self):
        for address in self.addresses:
            ours = "".join(line for line in self.scrape(address).splitlines(keepends=True)
                           if re.match(r"(# (HELP|TYPE) )?millrace_", line))
            done = promtool("check", "metrics", stdin=ours)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class ShippedFiles(unittest.TestCase):
    def test_the_configuration_and_its_rules_are_valid(self):
        for what in (("config", SHIPPED / "prometheus.yml"), ("rules", SHIPPED / "alerts.yml")):
            done = promtool("check", *what)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_fires_when_it_should_and_only_then(self):
        done = promtool("test", "rules", SHIPPED / "alerts_test.yml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        rules = re.findall(r"- alert: (\w+)", (SHIPPED / "alerts.yml").read_text())
        tests = (SHIPPED / "alerts_test.yml").read_text()
        self.assertEqual([rule for rule in rules if f'alertname="{rule}"' not in tests], [])

    def test_each_alert_has_a_summary_and_a_runbook(self):
        rules = (SHIPPED / "alerts.yml").read_text(encoding="utf-8").split("- alert: ")[1:]
        for rule in rules:
            self.assertRegex(rule, r"summary: .{20,}")
            self.assertRegex(rule, r"runbook: >-\n.{40,}")

    def test_the_dashboard_uses_the_data_source_that_the_user_picks(self):
        board = json.loads(DASHBOARD.read_text())

        self.assertGreaterEqual(board["schemaVersion"], 39)
        for panel in board["panels"]:
            self.assertIn(panel["type"], ("row", "timeseries"))
            if panel["type"] == "timeseries":
                self.assertEqual(panel["datasource"]["uid"], "${datasource}")
        ids = [panel["id"] for panel in board["panels"]]
        self.assertEqual(len(set(ids)), len(ids))


def labels_of(cell):
    return tuple(sorted(re.findall(r"\w+", cell)))


def families(text):
    """{name: (type, label names)} of a page in Prometheus's format."""
    types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    found = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        family = name if name in types else re.sub(r"_(bucket|sum|count)$", "", name)
        names = set(re.findall(r'(\w+)="', labels)) - {"le"}
        found[family] = (types[family], tuple(sorted(names)))
    return found
