"""How long front ends that poll are told to wait."""

import pytest

from siyu.live import Pace
from siyu.live.pace import LOAD_STEPS, POLL_MS, REMEMBERED_MAX


class Seconds:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("idle_s", "wait_ms"), [(0, 1_000), (9.9, 1_000), (10, 2_000), (60, 5_000), (600, 15_000), (86_400, 15_000)]
)
def test_what_has_not_moved_is_asked_for_more_rarely(idle_s: float, wait_ms: int) -> None:
    seconds = Seconds()
    pace = Pace(seconds)
    pace.poll_after_ms("board", "1")
    seconds.now += idle_s

    assert pace.poll_after_ms("board", "1") == wait_ms
    assert pace.poll_after_ms("other", "1") == POLL_MS
    assert pace.poll_after_ms("board", "2") == POLL_MS


@pytest.mark.parametrize(("polls", "times"), [(499, 1), (500, 2), (2_000, 4)])
def test_many_polls_make_all_wait_longer(polls: int, times: int) -> None:
    seconds = Seconds()
    pace = Pace(seconds)
    for number in range(polls):
        assert pace.poll_after_ms(number, "1") == POLL_MS
    seconds.now += 1

    assert pace.poll_after_ms("board", "1") == POLL_MS * times
    seconds.now += 2
    assert pace.poll_after_ms("board", "1") == POLL_MS
    assert LOAD_STEPS[-1][0] == 500


def test_a_process_remembers_so_many() -> None:
    pace = Pace(Seconds())
    for number in range(REMEMBERED_MAX + 5):
        pace.poll_after_ms(number, "1")

    assert len(pace._seen) == REMEMBERED_MAX
