"""Connections: keyset pages with opaque cursors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry

from schema.errors import invalid_argument
from schema.ids import pack, parse_uuid, unpack
from siyu.inputs import is_storable
from siyu.paging import PAGE_ROWS_MAX, Page

PAGE_ROWS_DEFAULT = 20
# What an integer of 32 bits surely holds.
NUMBER_DIGITS_MAX = 9

NodeT = TypeVar("NodeT")
RowT = TypeVar("RowT")


@strawberry.type
class PageInfo:
    """Where a page lies in its connection. Cursors are made where they are asked for."""

    has_next_page: bool
    has_previous_page: bool
    rows: strawberry.Private[Sequence[Any]]
    cursor_of: strawberry.Private[Callable[[Any], str]]

    @strawberry.field
    def start_cursor(self) -> str | None:
        """The place of the first row; None for a page without rows."""
        return self.cursor_of(self.rows[0]) if self.rows else None

    @strawberry.field
    def end_cursor(self) -> str | None:
        """The place of the last row; None for a page without rows."""
        return self.cursor_of(self.rows[-1]) if self.rows else None


@strawberry.type
class Edge(Generic[NodeT]):
    """A node and the cursor of its place."""

    cursor: str
    node: NodeT


@strawberry.type
class Connection(Generic[NodeT]):
    """Some nodes of a list, and how to get at the others. Nodes and cursors are made where they are asked for."""

    # Any: one more type variable would become part of the type's name in GraphQL.
    rows: strawberry.Private[Sequence[Any]]
    node_of: strawberry.Private[Callable[[Any], Any]]
    cursor_of: strawberry.Private[Callable[[Any], str]]
    ahead: strawberry.Private[bool]
    behind: strawberry.Private[bool]

    @strawberry.field
    def edges(self) -> list[Edge[NodeT]]:
        """The nodes with their cursors."""
        return [Edge(cursor=self.cursor_of(row), node=self.node_of(row)) for row in self.rows]

    @strawberry.field
    def page_info(self) -> PageInfo:
        """Where the page lies."""
        return PageInfo(
            has_next_page=self.ahead, has_previous_page=self.behind, rows=self.rows, cursor_of=self.cursor_of
        )

    @strawberry.field
    def nodes(self) -> list[NodeT]:
        """The nodes alone."""
        return [self.node_of(row) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Slice:
    """The arguments of a connection field, checked: `limit` rows, from the end where `last` was given."""

    limit: int
    after: str | None
    before: str | None
    from_end: bool


def forward(first: int | None, after: str | None) -> Slice:
    """The slice of a connection that is read forwards only. Unset arguments may be UNSET."""
    return Slice(_limit("first", first), after or None, None, from_end=False)


def either_way(first: int | None, after: str | None, last: int | None, before: str | None) -> Slice:
    """The slice of a connection that is read from both ends. Raises for `first` and `last` together."""
    if isinstance(first, int) and isinstance(last, int):
        raise invalid_argument("give `first` or `last`, not both")
    if isinstance(last, int):
        return Slice(_limit("last", last), after or None, before or None, from_end=True)
    return Slice(_limit("first", first), after or None, before or None, from_end=False)


def _limit(name: str, value: int | None) -> int:
    if value is None or value is strawberry.UNSET:
        return PAGE_ROWS_DEFAULT
    if not 1 <= value <= PAGE_ROWS_MAX:
        raise invalid_argument(f"`{name}` must be from 1 to {PAGE_ROWS_MAX}")
    return value


def connect(
    page: Page[RowT], slice_: Slice, node_of: Callable[[RowT], NodeT], cursor_of: Callable[[RowT], str]
) -> Connection[NodeT]:
    """A page as a connection. What lies beyond the other end is known only from the cursor that was given."""
    behind = page.has_more if slice_.from_end else slice_.after is not None
    ahead = slice_.before is not None if slice_.from_end else page.has_more
    return Connection(rows=page.rows, node_of=node_of, cursor_of=cursor_of, ahead=ahead, behind=behind)


def encode_cursor(*parts: object) -> str:
    """A cursor that holds these parts."""
    return pack("/".join(map(str, parts)))


def decode_cursor(cursor: str, parts: int) -> list[str]:
    """The parts of a cursor. Raises ApiError for one that is not of this connection."""
    decoded = (unpack(cursor) or "").split("/")
    if len(decoded) != parts:
        raise bad_cursor()
    return decoded


def uuid_cursor(cursor: str | None) -> UUID | None:
    """The id in a cursor of a connection that is ordered by id."""
    if cursor is None:
        return None
    key = parse_uuid(decode_cursor(cursor, 1)[0])
    if key is None:
        raise bad_cursor()
    return key


def number_cursor(cursor: str | None) -> int | None:
    """The number in a cursor of a connection that is ordered by one."""
    if cursor is None:
        return None
    text = decode_cursor(cursor, 1)[0]
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise bad_cursor()
    return int(text)


def text_cursor(cursor: str | None) -> str | None:
    """The text in a cursor of a connection that is ordered by one."""
    if cursor is None:
        return None
    text = unpack(cursor)
    if not text or not is_storable(text):
        raise bad_cursor()
    return text


def bad_cursor() -> Exception:
    """A cursor that this connection never gave out."""
    return invalid_argument("the cursor is not one of this connection")
