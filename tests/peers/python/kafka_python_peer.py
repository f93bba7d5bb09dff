"""kafka-python, 2.0.2 and 3.x, behind the command line that lib/peer.py describes."""

import argparse
import json
import sys
import time

from kafka import KafkaConsumer, KafkaProducer


def produce(args):
    codec = None if args.codec == "none" else args.codec
    producer = KafkaProducer(bootstrap_servers=args.brokers, acks="all", retries=50,
                             compression_type=codec, linger_ms=5)
    pending = []
    for line in iter(sys.stdin.readline, ""):
        record = json.loads(line)
        headers = [(k, v.encode()) for k, v in record["headers"]]
        pending.append(producer.send(args.topic, key=as_bytes(record["key"]),
                                     value=as_bytes(record["value"]), headers=headers))
    producer.flush()
    for future in pending:
        future.get(timeout=30)
    producer.close()


def consume(args):
    consumer = KafkaConsumer(args.topic, bootstrap_servers=args.brokers, group_id=args.group,
                             auto_offset_reset="earliest", enable_auto_commit=False,
                             max_poll_records=min(args.count, 500))
    count, deadline = 0, time.monotonic() + args.seconds
    while count < args.count and time.monotonic() < deadline:
        batches = consumer.poll(timeout_ms=200, max_records=args.count - count)
        for records in batches.values():
            for r in records:
                count += 1
                print(json.dumps({"partition": r.partition, "offset": r.offset,
                                  "key": as_text(r.key), "value": as_text(r.value),
                                  "headers": [[k, as_text(v)] for k, v in r.headers]}))
    if args.group:
        consumer.commit()
    consumer.close()


def as_bytes(text):
    return None if text is None else text.encode()


def as_text(data):
    return None if data is None else data.decode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["produce", "consume"])
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--codec", default="none")
    parser.add_argument("--group")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    produce(arguments) if arguments.mode == "produce" else consume(arguments)
