"""Kills the broker with SIGKILL under load, again and again, and looks for what must not be.

    crash_loop.py [--cycles N] [--seed S]

Three idempotent producers fill eight partitions and a group reads them, all through every crash.
In the end every acknowledged record must be where its acknowledgement said, in order, once; and
every member of the group must have begun where the group had committed.
"""

import argparse
import random
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition  # noqa: E402

from lib.broker import Broker, millrace  # noqa: E402

TOPIC, GROUP = "crash", "crash-readers"
PARTITIONS, PRODUCERS = 8, 3
RECORDS_PER_S = 6000       # of each producer
KILL_AFTER_S = (0.030, 0.900)
MEDIAN_ACKED = 1000        # fewer between two kills, and the loop proves little
SOON = {"reconnect.backoff.ms": 5, "reconnect.backoff.max.ms": 40, "retry.backoff.ms": 20,
        "log_level": 0}


class Writer(threading.Thread):
    """Sends its own numbers 0, 1, 2, … to each partition and keeps what was acknowledged."""

    def __init__(self, name, bootstrap, stop):
        super().__init__(daemon=True)
        self.label, self.stop = name, stop
        self.sent = [0] * PARTITIONS
        self.acked = [[] for _ in range(PARTITIONS)]  # offsets, by number
        self.errors = []
        self.kafka = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2,
            "message.timeout.ms": 600_000, "queue.buffering.max.messages": 50_000,
            "error_cb": self._on_error, **SOON})

    def run(self):
        partition, allowance, last = 0, 0.0, time.monotonic()
        while not self.stop.is_set():
            self.kafka.poll(0)
            now = time.monotonic()
            allowance = min(RECORDS_PER_S, allowance + (now - last) * RECORDS_PER_S)
            last = now
            if allowance < 1 or len(self.kafka) > 20_000:
                self.kafka.poll(0.005)
                continue
            value = f"{self.label}:{self.sent[partition]}:{'x' * 60}"
            self.kafka.produce(TOPIC, value, partition=partition, on_delivery=self._delivered)
            self.sent[partition] += 1
            partition, allowance = (partition + 1) % PARTITIONS, allowance - 1

    def finish(self):
        left = self.kafka.flush(60)
        if left:
            self.errors.append(f"{self.label}: {left} records were never answered")

    def acked_count(self):
        return sum(map(len, self.acked))

    def _delivered(self, error, message):
        if error:
            self.errors.append(f"{self.label}: {error}")
        else:
            self.acked[message.partition()].append(message.offset())

    def _on_error(self, error):
        if error.fatal():
            self.errors.append(f"{self.label}: fatal: {error}")


class Reader(threading.Thread):
    """One static member of the group at a time; a new one after each crash. Every member must
    begin in each partition where the group's last acknowledged commit stands, or further, where a
    commit was tried whose answer the crash ate."""

    def __init__(self, bootstrap, stop):
        super().__init__(daemon=True)
        self.bootstrap, self.stop = bootstrap, stop
        self.committed = [0] * PARTITIONS  # acknowledged
        self.tried = [0] * PARTITIONS
        self.renew = threading.Event()
        self.errors, self.members, self.resumes = [], 0, 0

    def run(self):
        while not self.stop.is_set():
            self.renew.clear()
            self._be_a_member()

    def _be_a_member(self):
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": GROUP, "group.instance.id": "reader",
            "enable.auto.commit": False, "auto.offset.reset": "earliest",
            "session.timeout.ms": 30_000, "socket.timeout.ms": 5_000, **SOON})
        consumer.subscribe([TOPIC])
        self.members += 1
        position, last_commit = {}, time.monotonic()
        while not self.stop.is_set() and not self.renew.is_set():
            try:
                messages = consumer.consume(2000, 0.05)
            except KafkaException:
                continue
            for message in messages:
                if message.error():
                    continue
                partition, offset = message.partition(), message.offset()
                if partition not in position:
                    self._check_resume(partition, offset)
                elif offset != position[partition]:
                    self.errors.append(f"reader jumped in partition {partition} from "
                                       f"{position[partition]} to {offset}")
                position[partition] = offset + 1
            if position and time.monotonic() - last_commit > 0.05:
                self._commit(consumer, position)
                last_commit = time.monotonic()
        consumer.close()

    def _check_resume(self, partition, offset):
        self.resumes += 1
        if not self.committed[partition] <= offset <= self.tried[partition]:
            self.errors.append(
                f"the group began at {offset} in partition {partition}, but had committed "
                f"{self.committed[partition]} (tried {self.tried[partition]})")

    def _commit(self, consumer, position):
        for partition, offset in position.items():
            self.tried[partition] = max(self.tried[partition], offset)
        places = [TopicPartition(TOPIC, p, offset) for p, offset in position.items()]
        try:
            consumer.commit(offsets=places, asynchronous=False)
        except KafkaException:
            return
        for partition, offset in position.items():
            self.committed[partition] = offset


def check_log(bootstrap, writers):
    """Reads everything back; returns what is wrong and the number of records."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "checker",
                         "enable.auto.commit": False})
    problems, records = [], 0
    for partition in range(PARTITIONS):
        seen = {writer.label: [] for writer in writers}
        start, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, partition), timeout=20)
        consumer.assign([TopicPartition(TOPIC, partition, start)])
        at = start
        while at < end:
            messages = consumer.consume(min(10_000, end - at), 20)
            if not messages:
                problems.append(f"partition {partition} ends at {at}, not {end}")
                break
            for message in messages:
                if message.offset() != at:
                    problems.append(f"partition {partition}: offset {message.offset()} follows "
                                    f"{at - 1}")
                at = message.offset() + 1
                label, number, _ = message.value().decode().split(":")
                seen[label].append((int(number), message.offset()))
        records += end - start
        for writer in writers:
            problems += compare(partition, writer, seen[writer.label])
    consumer.close()
    return problems, records


def compare(partition, writer, seen):
    numbers = [number for number, _ in seen]
    acked = writer.acked[partition]
    if numbers != list(range(len(numbers))):
        yield f"partition {partition}, {writer.label}: records are missing, twice or out of order"
    if len(numbers) < len(acked):
        yield (f"partition {partition}, {writer.label}: {len(acked)} acknowledged, "
               f"{len(numbers)} there")
    moved = sum(1 for (_, found), told in zip(seen, acked) if found != told)
    if moved:
        yield f"partition {partition}, {writer.label}: {moved} records are not at the offset told"


def run(cycles, seed):
    chance = random.Random(seed)
    stop = threading.Event()
    acked_between, ready_ms = [], []
    with Broker("-X", f"num.partitions={PARTITIONS}") as broker:
        made = millrace("topic", "create", TOPIC, "-p", PARTITIONS, "-b", broker.bootstrap)
        if made.returncode:
            sys.exit(f"no topic: {made.stderr}")
        writers = [Writer(f"w{i}", broker.bootstrap, stop) for i in range(PRODUCERS)]
        reader = Reader(broker.bootstrap, stop)
        for thread in [*writers, reader]:
            thread.start()
        time.sleep(1)  # sessions stand, so that the first kill hits a working load
        before = sum(writer.acked_count() for writer in writers)
        for cycle in range(cycles):
            time.sleep(chance.uniform(*KILL_AFTER_S))
            broker.kill()
            now = sum(writer.acked_count() for writer in writers)
            acked_between.append(now - before)
            before = now
            if cycle % 2:
                reader.renew.set()
            broker.start()
            ready_ms.append(broker.ready_s * 1000)
            if any(writer.errors for writer in writers):
                break
        time.sleep(1)
        stop.set()
        for thread in [*writers, reader]:
            thread.join(30)
        for writer in writers:
            writer.finish()
        problems, records = check_log(broker.bootstrap, writers)
        for actor in [*writers, reader]:
            problems += actor.errors[:5]
        if problems:
            print(broker.log_text())
    median = statistics.median(acked_between)
    if median < MEDIAN_ACKED:
        problems.append(f"only {median:.0f} records were acknowledged between two kills")
    if reader.resumes == 0:
        problems.append("the group never resumed")
    for problem in problems[:20]:
        print("PROBLEM:", problem)
    acked = sum(writer.acked_count() for writer in writers)
    print(f"{len(acked_between)} kills (seed {seed}): {acked} acknowledged, {records} found, "
          f"median {median:.0f} between kills, ready again in {statistics.median(ready_ms):.0f} ms "
          f"(worst {max(ready_ms):.0f}), {reader.members} members, {reader.resumes} resumes, "
          f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(run(arguments.cycles, arguments.seed))
