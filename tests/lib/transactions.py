"""Transactions for tests of the detector: made ones, and the handbook's where they are at hand.
A row is (time in seconds, user, amount, id)."""

import gzip
import os
import random
import subprocess
from datetime import datetime, timezone
from pathlib import Path

VARIABLE = "MILLRACE_HANDBOOK_DIR"
WHY_SKIPPED = f"{VARIABLE} names no folder with the handbook's transactions"
HANDBOOK_MAP = ("user_id=customer_id,amount=tx_amount,location=terminal_id,"
                "timestamp=tx_datetime,id=tx_id")
START = 1_700_000_000


def april():
    """The handbook's April 2018, or None; a test that needs it then skips."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) / "handbook-transactions-2018-04.csv.zst" if folder else None


def made(count, seed=1, users=400):
    """Rows in the order of their time: calm users, users in a hurry, and what lies exactly at the
    edge of each rule."""
    luck = random.Random(seed)
    plan, now = _edges(START), START + 21_600
    hurried = []  # users that pay again soon
    while len(plan) < count:
        now += luck.choice((0, 1, 2, 5, 40))
        again = hurried and luck.random() < 0.02
        user = hurried.pop() if again else luck.randrange(users)
        if not again and luck.random() < 0.004:
            hurried += [user] * 3
        amount = luck.randrange(1, 30_000) / 100
        plan.append((now, f"user {user}", amount + 900 if luck.random() < 0.001 else amount))
    return [(time, user, round(amount, 2), str(i)) for i, (time, user, amount) in enumerate(plan)]


def _edges(start):
    """900 is not above 900; the fourth within an hour counts, one second later it is the third;
    four in one second are four."""
    plan = [(0, "even", 900.0), (1, "above", 900.01), *[(4000, "at once", 5.0)] * 4]
    plan += [(seconds, "within", 5.0) for seconds in (10, 20, 30, 3609)]
    plan += [(seconds, "just out", 5.0) for seconds in (10, 20, 30, 3610)]
    return sorted((start + seconds, user, amount) for seconds, user, amount in plan)


def busy(count, users, seed=1, start=START):
    """Rows of busy users, one every ten seconds: many alerts from few transactions."""
    luck = random.Random(seed)
    return [(start + 10 * i, f"user-{luck.randrange(users)}",
             round(luck.choice((20, 20, 20, 900, 901.5)) + luck.random(), 2), f"{seed}-{i}")
            for i in range(count)]


def write_csv(path, rows):
    """With the handbook's columns, as plain text, gzip or zstd, by the name's ending."""
    lines = ["tx_id,tx_datetime,customer_id,terminal_id,tx_amount"]
    for time, user, amount, tx_id in rows:
        when = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"{tx_id},{when},{user},here,{amount:.2f}")
    text = "\n".join([*lines, ""]).encode()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text))
    elif path.suffix == ".zst":
        subprocess.run(["zstd", "-q", "-o", path], input=text, check=True)
    else:
        path.write_bytes(text)
    return path
