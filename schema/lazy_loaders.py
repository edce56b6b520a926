"""Loaders that are made when they are first asked for: an operation needs a few of the many that there are."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from siyu.boards import Leaderboards
from siyu.db import Pool
from siyu.privacy import Vault
from siyu.rules import RuleClock

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Sources(NamedTuple):
    """What the loaders of one request read, and the moment and zone as of which they do."""

    pool: Pool
    leaderboards: Leaderboards
    now: datetime
    zone: ZoneInfo
    rule_clock: RuleClock
    vault: Vault

    @property
    def today(self) -> date:
        """The shop's day."""
        return self.now.astimezone(self.zone).date()


class LazyLoaders:
    """A class of loaders, each an attribute; those that are made are the instance's own."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._made: list[DataLoader[Any, Any]] = []

    def forget(self) -> None:
        """Forget what was read: a mutation is about to change it, and a later field must not see the old."""
        for loader in self._made:
            loader.clear_all()


class Loader(Generic[KeyT, ValueT]):
    """An attribute that is a DataLoader of the request; `read` answers with a value for each key, in their order."""

    def __init__(self, read: Callable[[Sources, list[KeyT]], Awaitable[Sequence[ValueT]]]) -> None:
        self._read = read
        self._name = ""

    def __set_name__(self, owner: type[LazyLoaders], name: str) -> None:
        self._name = name

    def __get__(self, loaders: LazyLoaders, owner: type[LazyLoaders]) -> DataLoader[KeyT, ValueT]:
        loader: DataLoader[KeyT, ValueT] = DataLoader(partial(self._read, loaders._sources))
        loaders._made.append(loader)
        # Found there from now on: this class has no __set__.
        vars(loaders)[self._name] = loader
        return loader


def in_order(read: Callable[[Pool, list[KeyT]], Awaitable[Sequence[ValueT]]]) -> Loader[KeyT, ValueT]:
    """Over a query that answers with a value for each key, in their order."""
    return Loader(lambda sources, keys: read(sources.pool, keys))


def by_key(read: Callable[[Pool, list[KeyT]], Awaitable[dict[KeyT, ValueT]]]) -> Loader[KeyT, ValueT | None]:
    """Over a query that leaves out what does not exist."""
    return by_key_of(lambda sources, keys: read(sources.pool, keys))


def by_key_of(read: Callable[[Sources, list[KeyT]], Awaitable[dict[KeyT, ValueT]]]) -> Loader[KeyT, ValueT | None]:
    """The same over a query that needs more than the database."""

    async def found_or_none(sources: Sources, keys: list[KeyT]) -> Sequence[ValueT | None]:
        found = await read(sources, keys)
        return [found.get(key) for key in keys]

    return Loader(found_or_none)


def one_by_one(read: Callable[[Sources, KeyT], Awaitable[ValueT]]) -> Loader[KeyT, ValueT]:
    """Of what is read one after the other: each reads a whole log, or every member, and facts need connections of
    the pool too."""

    async def in_turn(sources: Sources, keys: list[KeyT]) -> Sequence[ValueT]:
        return [await read(sources, key) for key in keys]

    return Loader(in_turn)
