"""Prints an alert for every transaction above 900; ends after 5 s without one.
Usage: fraud_detector.py [HOST:PORT]"""
import json
import sys

from kafka import KafkaConsumer

consumer = KafkaConsumer(
    'transactions',
    bootstrap_servers=sys.argv[1] if len(sys.argv) > 1 else 'localhost:9092',
    auto_offset_reset='earliest',
    group_id='fraud-detector',
    consumer_timeout_ms=5000,
    value_deserializer=lambda value: json.loads(value.decode('utf-8')))


def is_suspicious(transaction):
    return transaction['amount'] > 900


for message in consumer:
    transaction = message.value
    if is_suspicious(transaction):
        print(f"Alert! Suspicious transaction: {transaction['user_id']} "
              f"{transaction['amount']:.2f} {transaction['location']}")

consumer.close()
