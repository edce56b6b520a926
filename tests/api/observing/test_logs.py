"""A line of the log: JSON, bounded, with what is known of the request and without the words of errors."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from api.errors import SetupError
from api.observing import RequestTrail, log_to, tell_of_lost_errors
from api.observing.logs import FIELD_CHARS_MAX, JsonLines, TextLines
from api.observing.repeats import KINDS_MAX, WARNINGS_MAX, Repeats
from api.settings import Settings
from siyu.db import Pool
from siyu.trail import following
from siyu.untold import Untold
from tests.api.observing.lines import production_log

logger = logging.getLogger("tests.log")
PHONE = "13800138000"


def line_of(message: object, *args: object, exc_info: Any = None, **extra: object) -> dict[str, Any]:
    """A record as production writes it."""
    record = logger.makeRecord("tests.log", logging.ERROR, __file__, 1, message, args, exc_info, extra=extra)
    text = JsonLines().format(record)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def raised(error: Exception) -> Exception:
    """The error as it is caught."""
    try:
        raise error
    except Exception as caught:
        return caught


def test_a_line_says_when_where_and_what() -> None:
    line = line_of("%d facts", 3, fields={"ms": 1.5, "codes": ["BUSY"]})

    assert (line["level"], line["logger"], line["message"]) == ("error", "tests.log", "3 facts")
    assert (line["ms"], line["codes"]) == (1.5, ["BUSY"])
    assert line["time"].endswith("+00:00")


def test_a_line_within_a_request_has_its_id() -> None:
    with following(RequestTrail(request_id="r" * 20, operation="members")):
        line = line_of("hello")

    assert (line["request"], line["operation"]) == ("r" * 20, "members")


def test_a_long_text_is_cut() -> None:
    long = "x" * (2 * FIELD_CHARS_MAX)

    line = line_of("%s", long, fields={"told": long, "lines": [long]})

    assert {len(told) for told in (line["message"], line["told"], line["lines"][0])} == {FIELD_CHARS_MAX + 1}


@pytest.mark.parametrize("text", ["a\nforged", "a\r\nb", "\u2028", "\u0000"], ids=range(4))
def test_a_text_is_one_line_whatever_is_in_it(text: str) -> None:
    assert line_of("", fields={"told": text})["told"] == text


@pytest.mark.parametrize("place", ["%s", "%r"])
def test_words_of_errors_and_what_is_untold_stay_out(place: str) -> None:
    error = raised(ValueError(PHONE))

    line = line_of(f"it failed: {place} {place}", error, Untold(PHONE), exc_info=(ValueError, error, None))

    assert PHONE not in json.dumps(line)
    assert "ValueError at test_logs.py:" in line["message"]
    assert line["error"]["kind"].startswith("ValueError at test_logs.py:")
    assert any("raised" in frame for frame in line["error"]["at"])


def test_an_error_in_the_place_of_a_message_tells_no_words_either() -> None:
    assert PHONE not in json.dumps(line_of(raised(ValueError(PHONE))))


@pytest.mark.parametrize("error", [SetupError("set it"), ConnectionRefusedError(111, "Connect call failed")])
def test_words_about_addresses_and_settings_are_told(error: Exception) -> None:
    assert str(error) in line_of("%r", raised(error))["message"]


async def test_what_postgresql_says_of_values_stays_out(pool: Pool) -> None:
    await pool.execute("CREATE TABLE person (phone text PRIMARY KEY)")
    await pool.execute("INSERT INTO person VALUES ($1)", PHONE)
    errors: list[Exception] = []
    for statement in ("INSERT INTO person VALUES ($1)", "SELECT $1::text::uuid", "SELECT $1::int"):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
            await pool.fetch(statement, PHONE)
        errors.append(caught.value)
    assert all(PHONE in str(error) for error in errors)

    lines = [line_of("%r", error, exc_info=(type(error), error, error.__traceback__)) for error in errors]

    assert PHONE not in json.dumps(lines)
    assert "23505, person_pkey, person" in lines[0]["message"]


def test_causes_are_told_by_their_kind() -> None:
    error = raised(RuntimeError("outer"))
    error.__cause__ = raised(KeyError(PHONE))

    line = line_of("failed", exc_info=(RuntimeError, error, error.__traceback__))

    assert PHONE not in json.dumps(line)
    assert line["error"]["causes"][0].startswith("KeyError at")


async def test_an_error_that_nobody_waited_for_is_told_without_its_words() -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(tell_of_lost_errors)

    async def fail() -> None:
        raise ValueError(PHONE)

    try:
        with production_log() as log:
            lost = asyncio.create_task(fail())
            await asyncio.wait([lost])
            del lost
            await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(before)

    [line] = log.parsed()
    assert line["message"] == "Task exception was never retrieved"
    assert line["error"]["kind"].startswith("ValueError at test_logs.py:")
    assert PHONE not in log.getvalue()


def test_text_is_for_people_and_tells_all() -> None:
    record = logger.makeRecord(
        "tests.log", logging.INFO, __file__, 1, "answered", (), None, extra={"fields": {"ms": 1.5, "plan": None}}
    )

    assert TextLines().format(record).endswith("INFO    tests.log: answered ms=1.5")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    found = logging.getLogger()
    handlers, level = list(found.handlers), found.level
    # They would be closed otherwise.
    found.handlers.clear()
    yield found
    found.handlers[:] = handlers
    found.setLevel(level)


@pytest.mark.parametrize(
    ("settings", "as_json"),
    [
        ({"environment": "production"}, True),
        ({"environment": "development"}, False),
        ({"environment": "production", "log_format": "text"}, False),
        ({"environment": "development", "log_format": "json"}, True),
    ],
    ids=str,
)
def test_the_setting_says_how_it_looks(root: logging.Logger, settings: dict[str, Any], as_json: bool) -> None:
    chosen, stream = Settings(**settings, _env_file=None), io.StringIO()

    log_to(stream, "warning", as_json=chosen.logs_json)
    logger.info("below")
    logger.warning("at it")

    [line] = stream.getvalue().splitlines()
    assert line.startswith("{") is as_json


def passed(repeats: Repeats, second: int, message: str = "away", name: str = "x") -> logging.LogRecord | None:
    """The record if it is written."""
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, (), None)
    record.created = second + 0.5
    return record if repeats.filter(record) else None


def test_a_flood_of_one_warning_is_cut_and_counted() -> None:
    repeats = Repeats()

    written = [passed(repeats, 1) for _ in range(WARNINGS_MAX + 7)]
    another, later = passed(repeats, 1, "other"), passed(repeats, 2)

    assert sum(record is not None for record in written) == WARNINGS_MAX
    assert another is not None
    assert later is not None
    assert json.loads(JsonLines().format(later))["left_out"] == 7
    assert "left_out" not in json.loads(JsonLines().format(another))


def test_made_up_kinds_take_no_more_room() -> None:
    repeats = Repeats()

    written = sum(passed(repeats, 1, f"kind {number}") is not None for number in range(KINDS_MAX * 2))

    assert written == KINDS_MAX + WARNINGS_MAX
    assert len(repeats._seen) == KINDS_MAX + 1


def test_lines_of_requests_are_not_cut() -> None:
    repeats = Repeats()
    records = [logging.LogRecord("x", logging.INFO, __file__, 1, "answered", (), None) for _ in range(100)]

    assert all(repeats.filter(record) for record in records)
