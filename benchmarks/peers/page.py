"""The page that every server answers: its document, its SDL for those that begin with one, and its rows."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import asyncpg

from siyu.members.queries import COLUMNS

DOCUMENT = (
    "query Page($first: Int!) { members(first: $first) "
    "{ nodes { id nickname avatarUrl joinedAt tier } pageInfo { hasNextPage } } }"
)
SDL = """
scalar DateTime
type Query { members(first: Int!): MemberConnection! }
type MemberConnection { nodes: [Member!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! }
type Member { id: ID! nickname: String avatarUrl: String joinedAt: DateTime! tier: String }
"""
# What siyu itself sends for it. One row more than the page has tells whether there are others.
STATEMENT = f"SELECT {COLUMNS} FROM member WHERE true ORDER BY joined_at DESC, id DESC LIMIT "


class Fetches(Protocol):
    """What a pool of connections can do."""

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a statement."""


class Remembered:
    """A pool that sends each statement once, and gives the same rows from memory ever after.

    A benchmark asks a handful of statements.
    """

    def __init__(self, pool: Fetches) -> None:
        self._pool = pool
        self._rows: dict[tuple[Any, ...], list[asyncpg.Record]] = {}

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a statement."""
        asked = (statement, *arguments)
        if asked not in self._rows:
            self._rows[asked] = await self._pool.fetch(statement, *arguments)
        return self._rows[asked]


Rows = Callable[[int], Awaitable[list[asyncpg.Record]]]


def page_rows(pool: Fetches) -> Rows:
    """The rows of a page of so many members, and of one more."""

    async def rows(first: int) -> list[asyncpg.Record]:
        return await pool.fetch(f"{STATEMENT}{first + 1}")

    return rows
