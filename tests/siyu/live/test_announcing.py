"""What is announced in one process is heard in others, and what Redis did not take is told later."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from siyu.cache import RedisClient, open_redis
from siyu.ids import new_id
from siyu.live import EVERYTHING, Announcer, Hub, Live, Topic, board_topic, publish, wallet_topic
from siyu.live.announcing import WAITING_MAX
from siyu.live.topics import TOPICS_MAX, read, written
from tests.api.own_valkey import OwnValkey, own_valkey

PATIENCE_S = 60.0


class Heard:
    """A watcher that tests wait for."""

    def __init__(self) -> None:
        self.times = 0
        self._again = asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self._again.set()

    async def wait(self) -> None:
        """Until it is woken again."""
        async with asyncio.timeout(PATIENCE_S):
            await self._again.wait()
        self._again.clear()


@pytest.fixture
async def hub(redis: RedisClient) -> AsyncIterator[Hub]:
    """Another process's hub, which hears."""
    hub = Hub(redis, lambda _: None)
    assert await hub.ready()
    yield hub
    await hub.close()


async def test_what_is_announced_wakes_who_watches_it_and_nobody_else(redis: RedisClient, hub: Hub) -> None:
    mine, other, all_of_them = Heard(), Heard(), Heard()
    wallet = wallet_topic(new_id())
    hub.watch([wallet, board_topic("points")], mine)
    hub.watch([wallet_topic(new_id())], other)
    hub.watch([wallet], all_of_them)
    live = Live(redis)
    live.announcer.announce([wallet, board_topic("points")])
    await all_of_them.wait()

    assert (mine.times, other.times, all_of_them.times) == (1, 0, 1)
    await publish(redis, [EVERYTHING])
    await other.wait()
    assert (mine.times, other.times) == (2, 1)
    hub.unwatch([wallet, board_topic("points")], mine)
    hub.unwatch([wallet], all_of_them)
    assert hub.watched == 1
    await live.close()


async def test_one_message_has_so_many_topics(redis: RedisClient, hub: Hub) -> None:
    topics = [wallet_topic(new_id()) for _ in range(TOPICS_MAX + 1)]
    first, last = Heard(), Heard()
    hub.watch(topics[:1], first)
    hub.watch(topics[-1:], last)
    await publish(redis, topics)
    await last.wait()

    assert first.times == 1


@pytest.mark.parametrize("message", [b"{", b"{}", b"[1]", b'"board:points"', b"\xff"])
def test_a_message_of_somebody_else_is_everything(message: bytes) -> None:
    assert read(message) == [EVERYTHING]
    assert read(written(["a", "b"])) == ["a", "b"]


async def test_what_is_watched_is_looked_at_again_once_redis_is_back() -> None:
    async with own_valkey() as valkey, open_redis(valkey.url) as redis:
        hub, watcher = Hub(redis, lambda _: None), Heard()
        assert await hub.ready()
        await killed(valkey, hub)
        assert hub.away_s > 0
        hub.watch(["a"], watcher)
        await valkey.start()
        await watcher.wait()
        assert hub.is_connected
        assert hub.away_s == 0
        await hub.close()


async def test_what_redis_did_not_take_is_told_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The announcer's way to Redis is a link that is not there at first."""
    link, told, watcher = tmp_path / "redis.sock", list[Topic](), Heard()
    async with own_valkey() as valkey, open_redis(valkey.url) as redis, open_redis(f"unix://{link}") as other:
        hub, announcer = Hub(redis, lambda _: None), Announcer(other, told.extend)
        assert await hub.ready()
        hub.watch(["a"], watcher)
        announcer.announce(["a"])
        async with asyncio.timeout(PATIENCE_S):
            while "announced later" not in caplog.text:
                await asyncio.sleep(0.01)
        assert told == ["a"]
        assert watcher.times == 0
        link.symlink_to(valkey.url.removeprefix("unix://"))
        await watcher.wait()
        await announcer.close()
        await hub.close()


async def killed(valkey: OwnValkey, hub: Hub) -> None:
    """Redis is gone, and the hub knows."""
    await valkey.kill()
    async with asyncio.timeout(PATIENCE_S):
        while hub.is_connected:
            await asyncio.sleep(0.01)


async def test_more_than_can_wait_is_everything(redis: RedisClient) -> None:
    announcer = Announcer(redis, lambda _: None)
    announcer.announce([f"topic {number}" for number in range(WAITING_MAX + 1)])

    assert list(announcer._waiting) == [EVERYTHING]
    await announcer.close()
