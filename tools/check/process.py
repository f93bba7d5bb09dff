"""Runs one command of a group: output to a log, a time limit, no process left behind."""

import os
import signal
import subprocess


class Run:
    def __init__(self, exit_code, output, timed_out):
        self.exit_code = exit_code
        self.output = output
        self.timed_out = timed_out

    @property
    def ok(self):
        return self.exit_code == 0 and not self.timed_out


def run(command, log, limit_s, cwd, env=None):
    """Appends what `command` prints to the file `log` and returns it. The command gets a process
    group of its own, which is ended as a whole when the limit passes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    start = log.stat().st_size if log.exists() else 0
    timed_out = False
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **(env or {})},
            start_new_session=True)
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            timed_out = True
            out.write(f"\nstopped: took longer than {limit_s:.0f} s\n".encode())
        except BaseException:
            _end_group(process)
            raise
        if timed_out:
            _end_group(process)
    with open(log, "rb") as done:
        done.seek(start)
        text = done.read().decode(errors="replace")
    return Run(process.returncode, text, timed_out)


def _end_group(process):
    for sign, patience_s in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience_s)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
