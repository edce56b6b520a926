"""API keys of services: a name, some scopes, an end; of the key itself only a prefix and the hash are kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Self
from uuid import UUID

import asyncpg

from siyu.access.scopes import Scope
from siyu.access.secrets import hash_of, new_secret
from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text, is_storable
from siyu.paging import Page, cut_page

# What every key begins with, so that scanners of repositories and logs find one that was lost.
KEY_START = "siyu"
PREFIX_BYTES = 6
NAME_LENGTH_MAX = 60
LIFE_MAX = timedelta(days=366)
# Every process holds all that are live.
LIVE_KEYS_MAX = 200

COLUMNS = "id, name, prefix, scopes, created_by, created_at, expires_at, revoked_at, last_used_at"
LIST = f"SELECT {COLUMNS} FROM api_key ORDER BY id DESC LIMIT $1"
PAGE = f"SELECT {COLUMNS} FROM api_key WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
# Nobody else makes one meanwhile, so that the bound holds.
LOCK = "LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE"
COUNT = "SELECT count(*) FROM api_key WHERE revoked_at IS NULL AND expires_at > $1"
CREATE = f"""
INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {COLUMNS}
"""
REVOKE = f"""
UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE prefix = $1 RETURNING {COLUMNS}
"""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The key of a row; a scope that only a later version knows opens nothing here."""
        return cls(**{**row, "scopes": known_scopes(row["scopes"])})


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made, and the text that the service sends; it is shown this once."""

    key: ApiKey
    text: str


def known_scopes(names: Collection[str]) -> frozenset[Scope]:
    """The scopes of these names, those that there are."""
    return frozenset(scope for scope in Scope if scope.value in names)


def taken_apart(text: str) -> tuple[str, str] | None:
    """The prefix and the secret of a key; None for what is none."""
    start, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    return (prefix, secret) if start == KEY_START and prefix and secret else None


async def create_api_key(
    pool: Pool, name: str, scopes: Collection[Scope], life: timedelta, created_by: str, now: datetime
) -> NewApiKey:
    """Make a key. Keys of one name are one caller, so that a new one can replace an old. Raises InvalidInput."""
    name = check_text(name, ("name",), NAME_LENGTH_MAX)
    if not scopes:
        raise InvalidInput([Problem(("scopes",), "must be at least one")])
    if not timedelta(0) < life <= LIFE_MAX:
        raise InvalidInput([Problem(("days",), f"must be 1 to {LIFE_MAX.days}")])
    prefix, secret = token_hex(PREFIX_BYTES), new_secret()
    named = sorted(scope.value for scope in scopes)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK)
        if await connection.fetchval(COUNT, now) >= LIVE_KEYS_MAX:
            raise InvalidInput([Problem(("name",), f"there are {LIVE_KEYS_MAX} keys already; revoke one first")])
        values = new_id(), name, prefix, hash_of(secret), named, created_by, now, now + life
        row = await connection.fetchrow(CREATE, *values)
    assert row is not None, "INSERT returns its row"  # noqa: S101 - an invariant
    return NewApiKey(ApiKey.of(row), f"{KEY_START}_{prefix}_{secret}")


async def revoke_api_key(pool: Pool, prefix: str, now: datetime) -> ApiKey:
    """End a key, for ever. Raises NotFound."""
    row = await pool.fetchrow(REVOKE, prefix, now) if is_storable(prefix) else None
    if row is None:
        raise NotFound("there is no such key")
    return ApiKey.of(row)


async def api_keys(pool: Pool) -> list[ApiKey]:
    """The keys that were made last, the newest first; revoked and expired ones too, until they are swept."""
    return [ApiKey.of(row) for row in await pool.fetch(LIST, LIVE_KEYS_MAX)]


async def api_key_page(pool: Pool, limit: int, after: UUID | None) -> Page[ApiKey]:
    """The same, a page at a time."""
    return cut_page([ApiKey.of(row) for row in await pool.fetch(PAGE, after, limit + 1)], limit)
