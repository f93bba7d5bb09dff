"""Waiting for something to become true, with a limit."""

import time


def until(condition, what, limit_s=30.0, every_s=0.05):
    """Returns the first true value of `condition()`; fails after `limit_s` naming `what`."""
    deadline = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit_s:.0f} s in vain for {what}")
        time.sleep(every_s)
