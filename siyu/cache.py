"""The client of Redis or Redis Cluster, opened and closed as one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_TIMEOUT_S = 1.0
# Far above any command siyu sends; reads that a caller waits for set a shorter limit of their own.
SOCKET_TIMEOUT_S = 2.0
CONNECTIONS_MAX = 64
# Who asks decides whether to ask again: retries inside the client would pile up when Redis is slow.
RETRIES = 0
CLUSTER_SCHEME = "redis+cluster://"

RedisClient = Redis | RedisCluster


@asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[RedisClient]:
    """A client for a `unix://`, `redis://`, `rediss://` or `redis+cluster://` URL; replies are bytes.

    Nothing is sent yet, so that a server starts while Redis is down. Raises ValueError for another kind of URL.
    """
    client = _client(url)
    try:
        yield client
    finally:
        await client.aclose()


def _client(url: str) -> RedisClient:
    if url.startswith(CLUSTER_SCHEME):
        return RedisCluster.from_url(
            "redis://" + url.removeprefix(CLUSTER_SCHEME),
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
            max_connections=CONNECTIONS_MAX,
        )
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=SOCKET_TIMEOUT_S,
        max_connections=CONNECTIONS_MAX,
        retry=Retry(NoBackoff(), RETRIES),
    )
