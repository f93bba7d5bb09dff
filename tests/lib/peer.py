"""Kafka clients of other makers behind one face.

A peer's program is called as
    PROGRAM produce --brokers B --topic T --codec C              records on stdin
    PROGRAM consume --brokers B --topic T --count N [--group G]  records on stdout
with one JSON object a line: {"key", "value", "headers": [[name, value]…]}, on output also
"partition" and "offset". Produced means acknowledged with acks=all; a group's consumer commits
what it has printed, and nothing else.
"""

import itertools
import json
import os
import subprocess

from lib import downloads
from lib.paths import PEERS, PYTHON

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
LIMIT_S = 60


class Peer:
    """A peer whose program speaks the contract above."""

    codecs = CODECS
    # Records may have headers of their own / a null key / a null value.
    null_values = True

    def __init__(self, name, command, env=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.env = {**os.environ, **(env or {})}

    def produce(self, brokers, topic, records, codec="none"):
        process = self.producer(brokers, topic, codec)
        process.stdin.write("".join(self.line(record) for record in records))
        self.finish(process)

    def producer(self, brokers, topic, codec="none"):
        """A running producer that takes `line(record)`s on its stdin."""
        return self._start("produce", "--brokers", brokers, "--topic", topic, "--codec", codec)

    def line(self, record):
        return json.dumps(record) + "\n"

    def finish(self, process):
        """Ends a producer's input and returns when all of it is acknowledged."""
        try:
            out, err = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{self.name} did not end:\n{out[-800:]}{err[-1500:]}") from None
        if process.returncode != 0:
            raise AssertionError(f"{self.name} failed ({process.returncode}):\n{err[-2000:]}")
        return out

    def consume(self, brokers, topic, count, group=None, seconds=30):
        """Up to `count` records, fewer when they do not come within `seconds`."""
        words = ["consume", "--brokers", brokers, "--topic", topic, "--count", str(count),
                 "--seconds", str(seconds)]
        process = self._start(*words, *(["--group", group] if group else []))
        return [json.loads(line) for line in self.finish(process).splitlines()]

    def _start(self, *words):
        return subprocess.Popen([*self.command, *words], stdin=subprocess.PIPE, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)


class Kcat(Peer):
    def __init__(self):
        super().__init__("kcat", ["kcat"])

    def produce(self, brokers, topic, records, codec="none"):
        # kcat takes headers for a whole run.
        for headers, run in itertools.groupby(records, key=lambda r: r["headers"]):
            process = self.producer(brokers, topic, codec, headers)
            process.stdin.write("".join(self.line(record) for record in run))
            self.finish(process)

    def producer(self, brokers, topic, codec="none", headers=()):
        words = ["-P", "-E", "-b", brokers, "-t", topic, "-K", "\t", "-Z", "-z", codec,
                 "-X", "acks=all", "-X", "enable.idempotence=true"]
        for name, value in headers:
            words += ["-H", f"{name}={value}"]
        return self._start(*words)

    def line(self, record):
        return f"{record['key'] or ''}\t{record['value'] or ''}\n"

    def consume(self, brokers, topic, count, group=None, seconds=30):
        where = ["-G", group, "-X", "auto.offset.reset=earliest"] if group else ["-C", "-o",
                                                                               "beginning", "-t"]
        words = ["-b", brokers, "-J", "-q", "-u", "-c", str(count), *where, topic]
        process = subprocess.Popen(["timeout", "-s", "INT", str(seconds), *self.command, *words],
                                   stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=LIMIT_S)
        if process.returncode not in (0, 124):
            raise AssertionError(f"kcat failed ({process.returncode}):\n{err[-2000:]}")
        return [self._record(json.loads(line)) for line in out.splitlines()]

    def ends(self, brokers, topic):
        """{partition: end offset}, as -Q tells."""
        listing = json.loads(self._run("-L", "-J", "-b", brokers, "-t", topic))
        partitions = [p["partition"] for p in listing["topics"][0]["partitions"]]
        asked = [word for p in partitions for word in ("-t", f"{topic}:{p}:-1")]
        answers = self._run("-Q", "-b", brokers, *asked).splitlines()
        # "<topic> [<partition>] offset <N>"
        return {int(a.split("[")[1].split("]")[0]): int(a.split()[-1]) for a in answers}

    def _run(self, *words):
        return subprocess.run([*self.command, *words], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=LIMIT_S, check=True).stdout

    @staticmethod
    def _record(seen):
        flat = seen.get("headers") or []
        return {"partition": seen["partition"], "offset": seen["offset"],
                "key": seen["key"], "value": seen["payload"],
                "headers": [list(pair) for pair in zip(flat[::2], flat[1::2])]}


class JavaConsole(Peer):
    """kafka-console-producer and kafka-console-consumer."""

    NULL = "<null>"

    def __init__(self):
        super().__init__("java console", ["java", "-Xmx256m", "-XX:+UseSerialGC",
                                          "-XX:TieredStopAtLevel=1", "-cp",
                                          downloads.kafka_jars()])

    def producer(self, brokers, topic, codec="none"):
        words = ["org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", brokers,
                 "--topic", topic, "--compression-codec", codec]
        for name, value in (("parse.key", "true"), ("parse.headers", "true"),
                            ("null.marker", self.NULL)):
            words += ["--reader-property", f"{name}={value}"]
        return self._start(*words, "--command-property", "acks=all")

    def line(self, record):
        headers = ",".join(f"{name}:{value}" for name, value in record["headers"])
        return "\t".join([headers or self.NULL,
                          *(self.NULL if record[part] is None else record[part]
                            for part in ("key", "value"))]) + "\n"

    def consume(self, brokers, topic, count, group=None, seconds=30):
        words = ["org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", brokers,
                 "--topic", topic, "--from-beginning", "--max-messages", str(count),
                 "--timeout-ms", str(int(seconds * 1000))]
        for name in ("partition", "offset", "headers", "key", "value"):
            words += ["--formatter-property", f"print.{name}=true"]
        words += ["--formatter-property", f"null.literal={self.NULL}"]
        if group:
            words += ["--group", group, "--command-property", "auto.commit.interval.ms=100"]
        process = self._start(*words)
        out, err = process.communicate(timeout=LIMIT_S + seconds)
        if "Processed a total of" not in err:
            raise AssertionError(f"console consumer failed:\n{err[-2000:]}")
        return [self._record(line) for line in out.splitlines()]

    def _record(self, line):
        partition, offset, headers, key, value = line.split("\t")
        pairs = [] if headers == "NO_HEADERS" else headers.split(",")
        return {"partition": int(partition.split(":")[1]), "offset": int(offset.split(":")[1]),
                "headers": [pair.split(":", 1) for pair in pairs],
                "key": None if key == self.NULL else key,
                "value": None if value == self.NULL else value}


def kafka_python(version=None):
    """Debian's 2.0.2, or `version` from PyPI."""
    python = downloads.python_with(f"kafka-python=={version}") if version else PYTHON
    return Peer(f"kafka-python {version or '2.0.2'}",
                [python, PEERS / "python/kafka_python_peer.py"])


def confluent_kafka(version=None):
    """Debian's 1.7.0, or `version` from PyPI."""
    python = downloads.python_with(f"confluent-kafka=={version}") if version else PYTHON
    return Peer(f"confluent-kafka {version or '1.7.0'}",
                [python, PEERS / "python/confluent_peer.py"])


def kafkajs():
    return Peer("KafkaJS", ["node", PEERS / "js/peer.js"],
                {"NODE_PATH": str(downloads.node_modules())})
