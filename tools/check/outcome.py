"""What a group of tests came to, and how it is counted and shown."""

from dataclasses import dataclass, field

# The only reason for which a test may be skipped: the real transactions are not at hand.
DATA_VARIABLE = "MILLRACE_HANDBOOK_DIR"


@dataclass
class Failure:
    test: str
    lines: list  # the last lines that explain it


@dataclass
class Outcome:
    passed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # one-line figures worth seeing on a green run

    @property
    def failed(self):
        return len(self.failures)

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures
        self.notes += other.notes


def passed(count=1):
    return Outcome(passed=count)


def failed(test, text, keep=25):
    return Outcome(failures=[Failure(test, text.rstrip().splitlines()[-keep:])])
