"""A real Apache Kafka node (KRaft, one process) from the jars of Maven Central."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from lib import downloads
from lib.waiting import until

# The file that Kafka ships, but for listeners and log directory.
SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,\\
  SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs={data}
num.partitions=1
num.recovery.threads.per.data.dir=1
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
"""
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"


class KafkaNode:
    """with KafkaNode() as kafka: … kafka.bootstrap …   `extra` is appended to server.properties."""

    def __init__(self, extra="", java_options=("-Xmx1G", "-Xms256M")):
        self.home = Path(tempfile.mkdtemp(prefix="millrace-kafka-"))
        self.jars = downloads.kafka_jars()
        self.java = ["java", *java_options, "-cp", self.jars]
        self.port, controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.config = self.home / "server.properties"
        self.config.write_text(SERVER_PROPERTIES.format(
            port=self.port, controller=controller, data=self.home / "data") + extra)
        self.log = self.home / "kafka.log"
        self._java("kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c",
                   self.config)
        self.process = None
        self.start()

    def start(self):
        """Returns once it answers; `ready_s` is how long that took, formatting not included."""
        started = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.java, "kafka.Kafka", str(self.config)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._answers, "the Kafka node to answer", limit_s=90, every_s=0.05)
        self.ready_s = time.monotonic() - started

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"Kafka ended: {self.log.read_text()[-3000:]}")
        listed = subprocess.run(["kcat", "-L", "-b", self.bootstrap, "-m", "2"], check=False,
                                capture_output=True, timeout=20)
        return listed.returncode == 0

    def _java(self, *words):
        done = subprocess.run([*self.java, *map(str, words)], capture_output=True, text=True,
                              timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{words[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
