"""The tutorial with the kafka-python that Debian 12 ships."""

from lib.paths import PYTHON
from lib.tutorial import tutorial_cases

globals().update(tutorial_cases(TutorialWithKafkaPython202=lambda: PYTHON))
