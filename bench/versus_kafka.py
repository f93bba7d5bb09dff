#!/usr/bin/env python3
"""Millrace beside Apache Kafka on this machine: same client, load and flush policy, runs in turn.

    tools/build release && tools/build bench
    /usr/bin/python3 bench/versus_kafka.py [--runs 5] [--warm-up 30] [--markdown]

Prints one line per question and flush policy: the median of both with their range, and how many
times better Millrace is (below 1: worse). Kafka runs with the server.properties and the Java
options that it ships, but for listeners and log directory; its jars come from Maven Central.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from lib.broker import Broker, millrace  # noqa: E402
from lib.kafka_node import KafkaNode  # noqa: E402

LOAD = ROOT / "build/bench/bin/load"
KAFKA_JAVA = ("-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
              "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
              "-Djava.awt.headless=true")
NO_FLUSH = 2**63 - 1
SIZES = {"100 B": (100, 2_000_000), "1 KiB": (1024, 500_000)}
LATENCY_RATE = 1000
NAMES = ("millrace", "kafka")
TICKS = os.sysconf("SC_CLK_TCK")


class Peer:
    """A running broker of either kind, and what the operating system says of its process."""

    def __init__(self, name, flush_messages):
        self.name = name
        flush = f"log.flush.interval.messages={flush_messages}"
        if name == "millrace":
            self.broker = Broker("-X", flush)
        else:
            self.broker = KafkaNode(extra=f"{flush}\n", java_options=KAFKA_JAVA)
        self.ready_s = self.broker.ready_s
        self.bootstrap = self.broker.bootstrap
        self.pid = self.broker.process.pid

    def cpu_s(self):
        words = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / TICKS

    def rss_mib(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def topic(self, verb, name, *more):
        done = millrace("topic", verb, name, "-b", self.bootstrap, *more)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def load(self, mode, topic, **options):
        """What the load program printed, and the broker's CPU seconds meanwhile."""
        flags = [word for key, value in options.items() for word in (f"-{key}", str(value))]
        before = self.cpu_s()
        done = subprocess.run([LOAD, mode, "-b", self.bootstrap, "-t", topic, *flags], check=False,
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise AssertionError(f"load {mode} on {self.name}: {done.stderr}")
        return json.loads(done.stdout), self.cpu_s() - before


@dataclass
class Line:
    """One question: which way is better, and both answers of every run."""
    question: str
    unit: str
    more_is_better: bool
    answers: dict = field(default_factory=lambda: {name: [] for name in NAMES})

    def ratio(self):
        ours, theirs = (statistics.median(self.answers[name]) for name in NAMES)
        return ours / theirs if self.more_is_better else theirs / max(ours, 1e-9)

    def text(self, name):
        values = self.answers[name]
        digits = 1 if statistics.median(values) >= 10 else 2
        return (f"{statistics.median(values):.{digits}f} "
                f"({min(values):.{digits}f}–{max(values):.{digits}f})")


class Table:
    def __init__(self, policy):
        self.policy = policy
        self.lines = {}

    def add(self, name, question, value, unit, more_is_better=False):
        line = self.lines.setdefault(question, Line(question, unit, more_is_better))
        line.answers[name].append(value)

    def print(self, markdown):
        if markdown:
            print(f"\n### {self.policy}\n")
            print("| | Millrace | Apache Kafka | times better |\n|---|---|---|---|")
        else:
            print(f"\n{self.policy}")
        for line in self.lines.values():
            ours, theirs = line.text("millrace"), line.text("kafka")
            question = f"{line.question}, {line.unit}"
            if markdown:
                print(f"| {question} | {ours} | {theirs} | {line.ratio():.1f} |")
            else:
                print(f"  {question:48} {ours:>26} {theirs:>28} {line.ratio():8.1f}x")


def measure(peer, table, run):
    """One run of every question that a running broker answers."""
    for size, (size_bytes, records) in SIZES.items():
        topic = f"load-{size_bytes}-{run}"
        peer.topic("create", topic, "-p", "1")
        sent, cpu = peer.load("produce", topic, n=records, s=size_bytes)
        table.add(peer.name, f"produce {size}", sent["mb_per_s"], "MB/s", True)
        table.add(peer.name, f"produce {size}, broker CPU", cpu * 1e6 / records, "s per M records")
        got, cpu = peer.load("consume", topic, n=records)
        table.add(peer.name, f"consume {size}", got["mb_per_s"], "MB/s", True)
        table.add(peer.name, f"consume {size}, broker CPU", cpu * 1e6 / records, "s per M records")
        peer.topic("delete", topic, "--yes")
    topic = f"latency-{run}"
    peer.topic("create", topic, "-p", "1")
    seen, _ = peer.load("latency", topic, r=LATENCY_RATE, d=10, s=100)
    table.add(peer.name, f"produce to consume at {LATENCY_RATE}/s, p50", seen["p50_ms"], "ms")
    table.add(peer.name, f"produce to consume at {LATENCY_RATE}/s, p99", seen["p99_ms"], "ms")
    peer.topic("delete", topic, "--yes")


def warm_up(peer, seconds):
    peer.topic("create", "warm-up", "-p", "1")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        peer.load("produce", "warm-up", n=200_000, s=100)
        peer.load("consume", "warm-up", n=200_000)
    peer.topic("delete", "warm-up", "--yes")


def compare(policy, flush_messages, options):
    table = Table(policy)
    for _ in range(options.runs):
        for name in NAMES:
            peer = Peer(name, flush_messages)
            table.add(name, "process start to ready", peer.ready_s * 1000, "ms")
            table.add(name, "resident memory, idle", peer.rss_mib(), "MiB")
            peer.broker.close()
    peers = [Peer(name, flush_messages) for name in NAMES]
    try:
        for peer in peers:
            warm_up(peer, options.warm_up)
        for run in range(options.runs):
            for peer in peers:
                measure(peer, table, run)
        for peer in peers:
            table.add(peer.name, "resident memory, after the load", peer.rss_mib(), "MiB")
    finally:
        for peer in peers:
            peer.broker.close()
    table.print(options.markdown)


def describe_machine():
    disk = subprocess.run(["df", "--output=source,fstype", tempfile.gettempdir()], check=True,
                          capture_output=True, text=True).stdout.split("\n")[1].split()
    java = subprocess.run(["java", "-version"], check=True, capture_output=True, text=True).stderr
    version = millrace("--version").stdout.strip()
    print(f"{version}; Apache Kafka from tests/peers/java/pom.xml; {java.splitlines()[0]}; "
          f"Linux {platform.release()}, {os.cpu_count()} cores, {disk[1]} on {disk[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warm-up", type=float, default=30, help="seconds of load for each broker")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    describe_machine()
    compare("page-cache acks", NO_FLUSH, options)
    compare("a sync before every ack", 1, options)


if __name__ == "__main__":
    main()
