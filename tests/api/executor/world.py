"""A schema of everything that plans cover; values, nulls and errors follow from a seed and the place in the answer."""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Generator
from random import Random
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.permission import BasePermission

T = TypeVar("T")


@strawberry.enum
class Colour(enum.Enum):
    """Values that are not their names."""

    RED = "r"
    GREEN = "g"


@strawberry.input
class Wish:
    """An input with defaults, nesting and lists."""

    size: int = 2
    colours: list[Colour] = strawberry.field(default_factory=list)
    inner: "Wish | None" = None


class Allowed(BasePermission):
    """Lets in by the object's number."""

    message = "not for you"

    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
        return not isinstance(source, Thing) or source.number % 5 != 0


class World:
    """What a value depends on, beside the place where it is asked for."""

    def __init__(self, seed: int, *, slow: bool) -> None:
        self.seed, self.slow = seed, slow
        # What mutations did, in the order they did it.
        self.steps: list[int] = []


def drawn(info: strawberry.Info, *at: object, make: Callable[[Random], T]) -> "T | Awaitable[T]":
    """A value, null where it may not be, an error that is raised or returned; at once or later."""
    world: World = info.context
    random = Random(f"{world.seed}/{at}/{info.field_name}")  # noqa: S311 - a test's
    value = made(random, make)
    if not world.slow or random.random() < 0.5:
        if isinstance(value, Exception) and random.random() < 0.5:
            raise value
        return value
    return Later(value, random.randint(0, 2))


def made(random: Random, make: Callable[[Random], T]) -> Any:
    """The value, or what else may come instead of it."""
    draw = random.random()
    if draw < 0.08:
        return None
    if draw < 0.14:
        return ValueError(f"failed {random.randint(0, 9)}")
    return make(random)


class Later(Generic[T]):
    """The value after some turns of the loop; whoever leaves it behind is not warned, as of a coroutine."""

    def __init__(self, value: T, turns: int) -> None:
        self._value, self._turns = value, turns

    def __await__(self) -> Generator[Any, None, T]:
        for _ in range(self._turns):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


@strawberry.interface
class Named:
    """What has a name."""

    number: int

    @strawberry.field
    def name(self, info: strawberry.Info) -> str:
        return drawn(info, self.number, make=lambda random: f"name {random.randint(0, 9)}")  # type: ignore[return-value]


@strawberry.type
class Thing(Named):
    """An object of everything."""

    @strawberry.field
    def maybe(self, info: strawberry.Info, wish: Wish | None = None) -> str | None:
        size = wish.size if wish else 0
        return drawn(info, self.number, size, make=lambda random: f"{size} {random.randint(0, 9)}")  # type: ignore[return-value]

    @strawberry.field
    def sure(self, info: strawberry.Info) -> float:
        return drawn(info, self.number, make=lambda random: random.choice([1, 1.5, "wrong"]))  # type: ignore[return-value]

    @strawberry.field
    async def slow(self, info: strawberry.Info, turns: int = 1) -> int | None:
        await asyncio.sleep(0)
        if self.number % 7 == 0:
            raise ValueError("sevens fail")
        return self.number * turns

    @strawberry.field
    def colour(self, info: strawberry.Info, instead: Colour = Colour.RED) -> Colour:
        return drawn(info, self.number, make=lambda random: random.choice([instead, Colour.GREEN]))  # type: ignore[return-value]

    @strawberry.field(permission_classes=[Allowed])
    def secret(self, info: strawberry.Info) -> str | None:
        return drawn(info, self.number, make=lambda _: "secret")  # type: ignore[return-value]

    @strawberry.field(permission_classes=[Allowed])
    async def late_secret(self) -> str | None:
        await asyncio.sleep(0)
        return "late"

    @strawberry.field
    def child(self, info: strawberry.Info) -> "Thing":
        return drawn(info, self.number, make=thing)  # type: ignore[return-value]

    @strawberry.field
    def perhaps(self, info: strawberry.Info) -> "Thing | None":
        return drawn(info, self.number, make=thing)  # type: ignore[return-value]

    @strawberry.field
    def children(self, info: strawberry.Info, first: int = 3) -> "list[Thing | None]":
        return drawn(info, self.number, make=lambda random: several(info, random, first))  # type: ignore[return-value]

    @strawberry.field
    def strict(self, info: strawberry.Info) -> "list[Thing] | None":
        return drawn(info, self.number, make=lambda random: tuple(several(info, random, 2)))  # type: ignore[return-value]

    @strawberry.field
    def table(self, info: strawberry.Info) -> list[list[int | None]]:
        return drawn(info, self.number, make=rows)  # type: ignore[return-value]

    @strawberry.field
    def any_one(self, info: strawberry.Info) -> Named | None:
        return drawn(info, self.number, make=one)  # type: ignore[return-value]

    @strawberry.field
    def either(self, info: strawberry.Info) -> "Annotated[Thing | Other, strawberry.union('Either')] | None":
        return drawn(info, self.number, make=one)  # type: ignore[return-value]


@strawberry.type
class Other(Named):
    """Another object with a name."""

    @strawberry.field
    def of(self, info: strawberry.Info) -> Thing | None:
        return drawn(info, self.number, make=thing)  # type: ignore[return-value]


def thing(random: Random) -> Thing:
    """One."""
    return Thing(number=random.randint(0, 40))


def one(random: Random) -> Thing | Other:
    """Of either kind."""
    return thing(random) if random.random() < 0.6 else Other(number=random.randint(0, 40))


def several(info: strawberry.Info, random: Random, most: int) -> list[Any]:
    """Things, nulls, errors and things to wait for."""
    found = [made(random, thing) for _ in range(random.randint(0, most))]
    slow = info.context.slow
    return [Later(each, 1) if slow and random.random() < 0.3 else each for each in found]


def rows(random: Random) -> list[Any]:
    """Numbers in rows; too big ones and no rows among them."""
    return [
        random.choice([[random.randint(0, 9), None], [], [2**31 if random.random() < 0.2 else 3], None])
        for _ in range(random.randint(0, 3))
    ]


@strawberry.type
class Query:
    """Where it begins."""

    @strawberry.field
    def thing(self, number: int = 1) -> Thing:
        return Thing(number=number)

    @strawberry.field
    def things(self, info: strawberry.Info, wish: Wish | None = None) -> list[Thing]:
        size = wish.size if wish and wish.size else 3
        return [Thing(number=number) for number in range(max(0, min(size, 6)))]

    @strawberry.field
    async def awaited(self, info: strawberry.Info) -> Thing | None:
        await asyncio.sleep(0)
        return Thing(number=8)


@strawberry.type
class Mutation:
    """What is done in turn."""

    @strawberry.mutation
    async def step(self, info: strawberry.Info, number: int) -> Thing | None:
        info.context.steps.append(number)
        await asyncio.sleep(0)
        info.context.steps.append(-number)
        return Thing(number=number)
