"""Kafka's own kafka-dump-log as a judge of our files."""

import re
import subprocess

from lib import downloads

COMPLAINTS = re.compile(r"mismatch|out of order|invalid bytes|isvalid: false|Non-consecutive|"
                        r"Exception|failed|not valid|corrupt", re.IGNORECASE)
KINDS = (".log", ".index", ".timeindex", ".txnindex", ".snapshot")


def files_of(data):
    """Every file of a data directory that kafka-dump-log can read."""
    return sorted(path for path in data.glob("*-[0-9]*/*") if path.suffix in KINDS)


def dump(files):
    """What kafka-dump-log says about files of one kind of topic; all records are decoded."""
    name = files[0].parent.name
    decoder = []
    if name.startswith("__consumer_offsets"):
        decoder = ["--offsets-decoder"]
    elif name.startswith("__cluster_metadata"):
        decoder = ["--cluster-metadata-decoder"]
    done = subprocess.run(
        ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
         downloads.kafka_jars(), "org.apache.kafka.tools.DumpLogSegments", "--deep-iteration",
         *decoder, "--files", ",".join(map(str, files))],
        capture_output=True, text=True, timeout=120, check=False)
    said = done.stdout + "\n".join(line for line in done.stderr.splitlines()
                                   if not line.startswith("SLF4J"))
    return done.returncode, said


def without_beginnings(said):
    """The lines, but for the tool's remark that a file which begins with offset N does not follow
    offset -1. A gap inside a file stays."""
    lines = said.splitlines()
    for i, line in enumerate(lines):
        base = re.match(r"Non-consecutive offsets in .*/(\d{20})\.log$", line)
        pairs = []
        if base:
            for pair in lines[i + 1:]:
                if not (one := re.match(r"\s+(-?\d+) is followed by (\d+)$", pair)):
                    break
                pairs.append((int(one[1]), int(one[2])))
            if pairs == [(-1, int(base[1]))]:
                continue
        yield line


def complaints(files):
    """Lines in which kafka-dump-log is not content, and how many batches it has read."""
    by_kind, found, batches = {}, [], 0
    for path in files:
        by_kind.setdefault(path.parent.name.rsplit("-", 1)[0].startswith("__") and
                           path.parent.name.rsplit("-", 1)[0], []).append(path)
    for group in by_kind.values():
        code, said = dump(group)
        batches += said.count("baseOffset: ")
        # Payloads of ours hold none of these words.
        found += [line[:300] for line in without_beginnings(said) if COMPLAINTS.search(line)]
        if code != 0:
            found.append(f"exit code {code}: {said[-500:]}")
    return found, batches
