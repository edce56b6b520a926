"""What was read last is answered until it changes, and never once it has."""

from collections.abc import Awaitable, Callable

import pytest

from siyu.live import EVERYTHING, Kept
from siyu.live.kept import KEPT_S, KEYS_MAX, TOPICS_MAX
from tests.siyu.live.test_pace import Seconds


class Truth:
    """Something that is read."""

    def __init__(self) -> None:
        self.value, self.reads = 0, 0

    async def read(self) -> int:
        self.reads += 1
        return self.value


def kept_of(seconds: Seconds, *, hears: bool = True) -> Kept:
    """What a process keeps that does or does not hear of changes."""
    return Kept(lambda: hears, seconds)


async def test_what_has_not_changed_is_read_once() -> None:
    kept, truth = kept_of(Seconds()), Truth()

    assert [await kept.read("a", "k", truth.read) for _ in range(3)] == [0, 0, 0]
    assert truth.reads == 1
    await kept.read("a", "other", truth.read)
    await kept.read("b", "k", truth.read)
    assert truth.reads == 3


@pytest.mark.parametrize("topic", ["a", EVERYTHING])
async def test_what_changed_is_read_again(topic: str) -> None:
    kept, truth = kept_of(Seconds()), Truth()
    await kept.read("a", "k", truth.read)
    truth.value = 1
    kept.changed(topic)

    assert await kept.read("a", "k", truth.read) == 1


async def test_what_changes_while_it_is_read_is_not_kept() -> None:
    kept, truth = kept_of(Seconds()), Truth()

    def changing(then: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        async def read() -> int:
            kept.changed("a")
            return await then()

        return read

    await kept.read("a", "k", changing(truth.read))
    truth.value = 1
    assert await kept.read("a", "k", truth.read) == 1


async def test_nothing_is_kept_for_long_nor_where_changes_are_not_heard() -> None:
    seconds, truth = Seconds(), Truth()
    kept, deaf = kept_of(seconds), kept_of(seconds, hears=False)
    await kept.read("a", "k", truth.read)
    seconds.now += KEPT_S
    await kept.read("a", "k", truth.read)
    for _ in range(2):
        await deaf.read("a", "k", truth.read)

    assert truth.reads == 4


async def test_a_process_keeps_so_much() -> None:
    kept, truth = kept_of(Seconds()), Truth()
    for number in range(KEYS_MAX + 5):
        await kept.read("a", number, truth.read)
    assert len(kept._topics["a"]) == KEYS_MAX
    for number in range(TOPICS_MAX + 5):
        await kept.read(f"topic {number}", "k", truth.read)
    assert len(kept._topics) == TOPICS_MAX
