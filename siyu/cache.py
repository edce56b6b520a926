"""The client of Redis or Redis Cluster, opened and closed as one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from siyu.trail import note_call

CONNECT_TIMEOUT_S = 1.0
# Far above any command siyu sends; reads that a caller waits for set a shorter limit of their own.
SOCKET_TIMEOUT_S = 2.0
CONNECTIONS_MAX = 64
# Who asks decides whether to ask again: retries inside the client would pile up when Redis is slow.
RETRIES = 0
CLUSTER_SCHEME = "redis+cluster://"

RedisClient = Redis | RedisCluster


class _Noting(Redis):
    """Notes its commands; pipelines, which no operation of ours waits for, are not noted."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """As Redis does."""
        began_s = monotonic()
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call] # it has no types
        finally:
            note_call("redis", str(args[0]), monotonic() - began_s)


class _NotingCluster(RedisCluster):
    """The same of a cluster."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """As RedisCluster does."""
        began_s = monotonic()
        try:
            return await super().execute_command(*args, **kwargs)
        finally:
            note_call("redis", str(args[0]), monotonic() - began_s)


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
        return _NotingCluster.from_url(
            "redis://" + url.removeprefix(CLUSTER_SCHEME),
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
            max_connections=CONNECTIONS_MAX,
        )
    return _Noting.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=SOCKET_TIMEOUT_S,
        max_connections=CONNECTIONS_MAX,
        retry=Retry(NoBackoff(), RETRIES),
    )
