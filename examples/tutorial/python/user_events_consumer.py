"""Prints user events, from the first on; ends after 5 s without one.
Usage: user_events_consumer.py [HOST:PORT]"""
import json
import sys

from kafka import KafkaConsumer

consumer = KafkaConsumer(
    'user-events',
    bootstrap_servers=sys.argv[1] if len(sys.argv) > 1 else 'localhost:9092',
    auto_offset_reset='earliest',
    group_id='user-events-readers',
    consumer_timeout_ms=5000,
    value_deserializer=lambda value: json.loads(value.decode('utf-8')))

for message in consumer:
    event = message.value
    print(f"Received: {event['user_id']} {event['action']} at {event['timestamp']}")

consumer.close()
