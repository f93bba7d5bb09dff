"""Sends ten user events as JSON.  Usage: user_events_producer.py [HOST:PORT]"""
import json
import sys

from kafka import KafkaProducer

ACTIONS = ['login', 'view', 'click', 'purchase', 'logout']

producer = KafkaProducer(
    bootstrap_servers=sys.argv[1] if len(sys.argv) > 1 else 'localhost:9092',
    value_serializer=lambda value: json.dumps(value).encode('utf-8'))

for i in range(10):
    event = {'user_id': f'user_{i % 3}', 'action': ACTIONS[i % 5], 'timestamp': 1700000000 + i}
    producer.send('user-events', value=event)
    print(f"Sent: {event['user_id']} {event['action']} at {event['timestamp']}")

producer.flush()
producer.close()
