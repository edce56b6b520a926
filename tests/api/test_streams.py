"""Nothing of what a command prints is lost, however slowly it is read."""

import os
import subprocess
import sys
import time

import pytest

LENGTH = 300_000
# Longer than a pipe holds; the signal comes while it is full.
PRINTS = f"""
import signal, sys
from api.streams import print_whole
signal.signal(signal.SIGALRM, lambda *_: None)
print_whole()
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
print("x" * {LENGTH}, file=sys.STREAM, flush=True)
# Python gives the signals back before it ends, and one that comes then would kill the process.
signal.setitimer(signal.ITIMER_REAL, 0)
"""
READS_AFTER_S = 0.5


@pytest.mark.parametrize("unbuffered", ["1", ""])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_signal_while_the_pipe_is_full_cuts_nothing_off(stream: str, unbuffered: str) -> None:
    command = [sys.executable, "-c", PRINTS.replace("STREAM", stream)]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, env=environment, text=True, **{stream: subprocess.PIPE}) as printing:  # type: ignore[call-overload]
        time.sleep(READS_AFTER_S)
        read = getattr(printing, stream).read()

    assert (printing.returncode, len(read)) == (0, LENGTH + 1)
