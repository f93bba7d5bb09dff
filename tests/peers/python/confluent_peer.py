"""confluent-kafka, 1.7 and 2.x, behind the command line that lib/peer.py describes."""

import argparse
import json
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer


def produce(args):
    failures = []
    producer = Producer({"bootstrap.servers": args.brokers, "enable.idempotence": True,
                         "compression.type": args.codec, "linger.ms": 5})

    def delivered(error, _):
        if error:
            failures.append(str(error))

    for line in iter(sys.stdin.readline, ""):
        record = json.loads(line)
        producer.produce(args.topic, key=record["key"], value=record["value"],
                         headers=[tuple(pair) for pair in record["headers"]],
                         on_delivery=delivered)
        producer.poll(0)
    if producer.flush(30) or failures:
        sys.exit(f"not delivered: {failures[:3]}")


def consume(args):
    consumer = Consumer({"bootstrap.servers": args.brokers, "auto.offset.reset": "earliest",
                         "group.id": args.group or "interop-reader",
                         "enable.auto.commit": False, "enable.auto.offset.store": True})
    consumer.subscribe([args.topic])
    count, deadline, last = 0, time.monotonic() + args.seconds, None
    while count < args.count and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        count, last = count + 1, message
        print(json.dumps({"partition": message.partition(), "offset": message.offset(),
                          "key": as_text(message.key()), "value": as_text(message.value()),
                          "headers": [[k, as_text(v)] for k, v in message.headers() or []]}))
    if args.group and last is not None:
        consumer.commit(asynchronous=False)
    consumer.close()


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
