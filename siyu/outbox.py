"""The table of work that a commit leaves to the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from siyu.db import Connection, Pool

# A backlog is counted no further: the age of its oldest message tells more.
COUNTED_MAX = 10_000
APPEND = """
INSERT INTO outbox (topic, payload) SELECT * FROM ROWS FROM (unnest($1::text[]), jsonb_array_elements($2::text::jsonb))
"""
BACKLOGS = """
    SELECT topic,
        (SELECT count(*) FROM (SELECT FROM outbox WHERE outbox.topic = topics.topic LIMIT $2) AS counted),
        coalesce((
            SELECT extract(epoch FROM clock_timestamp() - created_at)::float8
            FROM outbox WHERE outbox.topic = topics.topic ORDER BY id LIMIT 1
        ), 0)
    FROM unnest($1::text[]) AS topics (topic)
"""


class OutboxRow(Model):
    """One commit's message to one consumer (`topic`), written in the same transaction and delivered at least once."""

    id = fields.BigIntField(primary_key=True, generated=True)
    topic = fields.CharField(max_length=32)
    payload: fields.JSONField[object] = fields.JSONField()
    created_at = fields.DatetimeField(db_default=fields.Now())

    class Meta:
        table = "outbox"
        indexes = (Index(fields=("topic", "id"), name="outbox_topic"),)


class Note(NamedTuple):
    """A message as it is left; `payload` is any JSON value."""

    topic: str
    payload: object


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as its consumer reads it; `payload` is the JSON value that was appended."""

    id: int
    payload: Any  # JSON: its shape is between the writer and the reader of the topic


class Backlog(NamedTuple):
    """Messages of a topic that wait, COUNTED_MAX at most, and the age of the oldest."""

    topic: str
    messages: int
    oldest_s: float


async def append(connection: Connection, topic: str, payload: object) -> None:
    """Leave a message; it exists if and only if the caller's transaction commits."""
    await append_all(connection, [Note(topic, payload)])


async def append_all(connection: Connection, notes: Sequence[Note]) -> None:
    """The same with several messages in their order, by one statement."""
    if notes:
        topics, payloads = zip(*notes, strict=True)
        await connection.execute(APPEND, topics, orjson.dumps(payloads).decode())


async def newest_id(connection: Connection, topic: str) -> int | None:
    """The id of the topic's last message; None where there is none."""
    newest: int | None = await connection.fetchval("SELECT max(id) FROM outbox WHERE topic = $1", topic)
    return newest


async def oldest(connection: Connection, topic: str, limit: int) -> list[OutboxMessage]:
    """At most `limit` messages of the topic. It locks nothing: a topic's consumers agree who reads."""
    rows = await connection.fetch("SELECT id, payload FROM outbox WHERE topic = $1 ORDER BY id LIMIT $2", topic, limit)
    return [OutboxMessage(row["id"], orjson.loads(row["payload"])) for row in rows]


async def backlogs(connection: Connection | Pool, topics: Sequence[str]) -> list[Backlog]:
    """What waits under each of the topics."""
    return [Backlog(*row) for row in await connection.fetch(BACKLOGS, list(topics), COUNTED_MAX)]


async def discard(connection: Connection, messages: Sequence[OutboxMessage]) -> None:
    """Delete messages that were dealt with."""
    await connection.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [message.id for message in messages])
