"""What a log may tell of errors: an error's words may hold what members entered, its kind and place never do."""

from pathlib import Path
from traceback import extract_tb

import asyncpg


class Untold(str):
    """Text that may hold personal data: the log of a developer shows it, that of a shop in production does not."""

    __slots__ = ()


def kind_of(error: BaseException) -> str:
    """The error's type, what PostgreSQL calls it, and where it was raised. Runs no code of the error's own."""
    return f"{type(error).__name__}{_constraint(error)}{place_of(error)}"


def place_of(error: BaseException) -> str:
    """File and line that raised it, after ` at `; empty for one that was never raised."""
    frames = extract_tb(error.__traceback__, limit=-1)
    return f" at {Path(frames[0].filename).name}:{frames[0].lineno}" if frames else ""


def _constraint(error: BaseException) -> str:
    if not isinstance(error, asyncpg.PostgresError):
        return ""
    parts = (error.sqlstate, error.constraint_name, error.table_name)
    return f" ({', '.join(part for part in parts if part)})"
