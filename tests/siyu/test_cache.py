"""Opening Redis: which client for which URL, and nothing sent before it is needed."""

import pytest
from redis.asyncio import Redis, RedisCluster

from siyu.cache import open_redis


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("unix:///nowhere/redis.sock", Redis),
        ("redis://127.0.0.1:1/0", Redis),
        ("redis+cluster://127.0.0.1:1", RedisCluster),
    ],
)
async def test_a_client_opens_and_closes_while_redis_is_away(url: str, kind: type) -> None:
    async with open_redis(url) as client:
        assert isinstance(client, kind)


async def test_another_kind_of_url_is_refused() -> None:
    with pytest.raises(ValueError, match="redis://"):
        async with open_redis("http://127.0.0.1"):
            pass
