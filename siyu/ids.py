"""Ids: UUIDv7, made by the application so that rows are born in order of time."""

from uuid import UUID

import uuid_utils
from asyncpg.pgproto import pgproto

DriverUUID = pgproto.UUID


def new_id() -> UUID:
    """A new UUIDv7, of the driver's own subclass: a third of the cost of the standard library's."""
    return DriverUUID(uuid_utils.uuid7().bytes)
