"""Sends twenty transactions as JSON; every fifth is suspiciously large.
Usage: transactions_producer.py [HOST:PORT]"""
import json
import sys

from kafka import KafkaProducer

LOCATIONS = ['Berlin', 'Lagos', 'Lima', 'Osaka']

producer = KafkaProducer(
    bootstrap_servers=sys.argv[1] if len(sys.argv) > 1 else 'localhost:9092',
    value_serializer=lambda value: json.dumps(value).encode('utf-8'))

for i in range(20):
    amount = 950.5 + i if i % 5 == 4 else 10.0 + 37.25 * (i % 7)
    transaction = {'user_id': f'user_{i % 4}', 'amount': amount,
                   'location': LOCATIONS[i % 4], 'timestamp': 1700000000 + i}
    producer.send('transactions', value=transaction)
    print(f"Sent: {transaction['user_id']} {amount:.2f} {transaction['location']}")

producer.flush()
producer.close()
