"""What the detector must find, counted without it.

    offline_count.py FILE.csv[.gz|.zst]...      as the handbook has them, in the order of tx_id
"""

import csv
import gzip
import subprocess
import sys
from collections import Counter, defaultdict, deque
from datetime import datetime


def alerts(rows):
    """{(transaction id, rule)} of (time in seconds, user, amount, id) in the order of time and
    id, and how many rows there are."""
    found, count, last_hour = set(), 0, defaultdict(deque)
    for now, user, amount, tx_id in rows:
        count += 1
        if float(amount) > 900:
            found.add((tx_id, "high_amount"))
        times = last_hour[user]
        times.append(now)
        while times[0] <= now - 3600:
            times.popleft()
        if len(times) >= 4:
            found.add((tx_id, "velocity_1h"))
    return found, count


def rows_of(files):
    for path in map(str, files):
        if path.endswith(".zst"):
            text = subprocess.run(["zstd", "-dcq", path], capture_output=True, text=True,
                                  check=True).stdout
        else:
            with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
                text = file.read()
        for row in csv.DictReader(text.splitlines()):
            yield (datetime.fromisoformat(row["tx_datetime"]).timestamp(), row["customer_id"],
                   row["tx_amount"], row["tx_id"])


def by_rule(found):
    return dict(sorted(Counter(rule for _, rule in found).items()))


if __name__ == "__main__":
    all_alerts, total = alerts(rows_of(sys.argv[1:]))
    print(f"{total} transactions: {by_rule(all_alerts)}")
