"""Clients that come from PyPI, Maven Central and npm."""

from lib.interop import cases
from lib.peer import JavaConsole, confluent_kafka, kafka_python, kafkajs

globals().update(cases(KafkaPython3=lambda: kafka_python("3.0.12"),
                       ConfluentKafka2=lambda: confluent_kafka("2.16.1"),
                       JavaConsoleClients=JavaConsole, KafkaJs=kafkajs))
