"""A server that keeps dying is started again a bounded number of times."""

import time
from collections import deque

import pytest

from api.embedded import supervisor


def test_restarts_are_bounded_within_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time.monotonic()
    restarts = deque([now_s] * supervisor.RESTARTS_MAX, maxlen=supervisor.RESTARTS_MAX)

    assert supervisor._too_many(restarts)
    assert not supervisor._too_many(deque([now_s]))
    monkeypatch.setattr(time, "monotonic", lambda: now_s + supervisor.RESTART_WINDOW_S + 1)
    assert not supervisor._too_many(restarts)
