"""The tutorial with the kafka-python of PyPI."""

from lib.downloads import python_with
from lib.tutorial import tutorial_cases

globals().update(tutorial_cases(
    TutorialWithKafkaPython3=lambda: python_with("kafka-python==3.0.12")))
