"""What commands change, written down before they change it, as `schema.auditing` does for GraphQL."""

import getpass
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import click

from siyu.audit import Ended, Intent, canonical_json, cleaned, keep_intents, keep_outcomes
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.errors import DomainError
from siyu.inputs import without_phones

ROLE = "command"
NAME_LENGTH_MAX = 60

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Change:
    """What a command is about to change: its words, what it was given, and why, where it asks for that."""

    words: str
    arguments: Mapping[str, object]
    reason: str | None = None
    objects: tuple[str, ...] = ()


async def kept_in_log(pool: Pool, change: Change, run: Callable[[], Awaitable[Result]]) -> Result:
    """What `run` gives; it is called once the change is in the log. Stopped halfway, nobody knows what became of it."""
    number = await begun(pool, change)
    try:
        result = await run()
    except Exception as error:
        await ended(pool, number, error)
        raise
    await ended(pool, number, None)
    return result


async def begun(pool: Pool, change: Change) -> int:
    """Write down what is about to be changed; the entry's number."""
    given = {name: value for name, value in change.arguments.items() if value is not None}
    intent = Intent(
        role=ROLE,
        name=account(),
        session=None,
        field=change.words,
        arguments=canonical_json(cleaned(given)),
        objects=change.objects,
        reason=cleaned(without_phones(change.reason)) if change.reason is not None else None,
    )
    [number] = await keep_intents(pool, [intent], utc_now())
    return number


async def ended(pool: Pool, number: int, error: Exception | None) -> None:
    """Write down what became of it."""
    if error is None:
        outcome, codes = "ok", list[str]()
    elif isinstance(error, DomainError | click.ClickException):
        outcome, codes = "refused", [error.code if isinstance(error, DomainError) else "REFUSED"]
    else:
        outcome, codes = "failed", [type(error).__name__]
    await keep_outcomes(pool, [Ended(number, outcome, codes)], utc_now())


def account() -> str:
    """Whose account runs the command; `cli` where the system does not say."""
    try:
        return getpass.getuser()[:NAME_LENGTH_MAX]
    except (OSError, KeyError):
        return "cli"
