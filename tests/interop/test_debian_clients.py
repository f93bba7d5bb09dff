"""The clients that Debian 12 ships."""

from lib.interop import cases
from lib.peer import Kcat, confluent_kafka, kafka_python

globals().update(cases(Kcat=Kcat, KafkaPython202=kafka_python, ConfluentKafka17=confluent_kafka))
