"""The detector on our own broker: the right alerts, each once."""

import unittest

from lib.broker import Broker
from lib.fraud_stories import DetectorStories


class DetectionOnMillrace(DetectorStories, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bootstrap = cls.enterClassContext(Broker()).bootstrap
