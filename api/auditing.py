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
    given = {name: value for name, value in change.arguments.items() if value is not None}
    intent = Intent(
        role=ROLE,
        name=account(),
        session=None,
        field=change.words,
        arguments=canonical_json(cleaned(given)),
        objects=change.objects,
        reason=cleaned(change.reason),
    )
    [number] = await keep_intents(pool, [intent], utc_now())
    try:
        result = await run()
    except (DomainError, click.ClickException) as error:
        code = error.code if isinstance(error, DomainError) else "REFUSED"
        await keep_outcomes(pool, [Ended(number, "refused", [code])], utc_now())
        raise
    except Exception as error:
        await keep_outcomes(pool, [Ended(number, "failed", [type(error).__name__])], utc_now())
        raise
    await keep_outcomes(pool, [Ended(number, "ok")], utc_now())
    return result


def account() -> str:
    """Whose account runs the command; `cli` where the system does not say."""
    try:
        return getpass.getuser()[:NAME_LENGTH_MAX]
    except (OSError, KeyError):
        return "cli"
