"""The log of a server or worker: lines of JSON without personal data in production, text for people elsewhere.

A line in production tells of an error what it is and where it was raised. Its words stay out, since PostgreSQL and
libraries put values into them; those of errors about addresses and settings, which hold none, stay in.
"""

import asyncio
import logging
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, TextIO

import orjson
from redis.exceptions import ConnectionError as RedisConnectionError

from api.errors import SetupError
from api.observing.repeats import Repeats
from api.observing.requests import RequestTrail
from siyu.trail import followed
from siyu.untold import Untold, kind_of

FIELD_CHARS_MAX = 2_048
FRAMES_MAX = 12
CAUSES_MAX = 4
# Their words are about addresses, files and settings.
PLAIN_ERRORS = (SetupError, OSError, RedisConnectionError)
QUIET_LIBRARIES = ("uvicorn", "asyncio", "opentelemetry", "urllib3")
TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": capped(message_of(record)),
        }
        trail = followed()
        if isinstance(trail, RequestTrail):
            line |= {"request": trail.request_id, "operation": trail.operation}
        line |= {name: capped(value) for name, value in fields_in(record).items()}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = described(error)
        return orjson.dumps(line, default=lambda value: type(value).__name__).decode()


class TextLines(logging.Formatter):
    """A line for people, with all that is known."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The line without the traceback."""
        fields = "".join(f" {name}={value}" for name, value in fields_in(record).items() if value is not None)
        return super().formatMessage(record) + fields


def fields_in(record: logging.LogRecord) -> dict[str, Any]:
    """What was given with the record beside its message."""
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    left_out = getattr(record, "left_out", 0)
    return {**fields, "left_out": left_out} if left_out else fields


def message_of(record: logging.LogRecord) -> str:
    """The message without what may be personal in its parts."""
    template = told(record.msg)
    if isinstance(record.args, tuple) and record.args:
        return (str(template) % tuple(told(part) for part in record.args)).rstrip()
    return str(template)


def told(part: object) -> object:
    """A part of a message as it may be told."""
    if isinstance(part, BaseException):
        return f"{type(part).__name__}: {part}" if isinstance(part, PLAIN_ERRORS) else kind_of(part)
    return "" if isinstance(part, Untold) else part


def described(error: BaseException) -> dict[str, Any]:
    """An error, where it was raised, and what caused it."""
    causes: list[str] = []
    cause = error.__cause__
    while cause is not None and len(causes) < CAUSES_MAX:
        causes.append(str(told(cause)))
        cause = cause.__cause__
    frames = extract_tb(error.__traceback__, limit=-FRAMES_MAX)
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": told(error), "at": at, "causes": causes}


def capped(value: object) -> object:
    """The value, a long text without its end."""
    if isinstance(value, str) and len(value) > FIELD_CHARS_MAX:
        return f"{value[:FIELD_CHARS_MAX]}…"
    return [capped(each) for each in value] if isinstance(value, list) else value


def log_to(stream: TextIO, level: str, *, as_json: bool) -> logging.Handler:
    """Have the process log to the stream, and nowhere else."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    handler.addFilter(Repeats())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    return handler


def tell_of_lost_errors(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for, in place of asyncio's own words, which hold the words of the error."""
    logging.getLogger("asyncio").error("%s", context["message"], exc_info=context.get("exception"))
