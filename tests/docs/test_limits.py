"""docs/limits.md and docs/graphql.md list the limits and the codes that there are."""

import re
from dataclasses import fields

from api.guard import LIMITS
from api.live import LIVE_LIMITS, CloseCode
from schema import ErrorCode
from siyu.live.pace import IDLE_STEPS, LOAD_STEPS, POLL_MS
from tests.docs.pages import ROOT

LIMIT = re.compile(r"^\| `(\w+)` \| ([\d.]+) \|", re.MULTILINE)
CLOSED = re.compile(r"^\| (\d{4}) \|", re.MULTILINE)
IDLE = re.compile(r"^\| (\d+) s \| (\d+) \|", re.MULTILINE)
# What the connection or uvicorn closes with.
NOT_OURS = {1006, 1012}
CODE = re.compile(r"`([A-Z_]+)`")


def test_the_page_has_every_limit_and_its_value() -> None:
    listed = LIMIT.findall((ROOT / "docs" / "limits.md").read_text(encoding="utf-8"))

    assert listed == [(each.name, str(getattr(LIMITS, each.name))) for each in fields(LIMITS)]


def test_the_page_has_every_code_of_errors_and_no_other() -> None:
    page = (ROOT / "docs" / "graphql.md").read_text(encoding="utf-8")
    table = page[page.index("**errors** are everything else") : page.index("**Media types.**")]
    listed = [code for row in table.splitlines() if row.startswith("| `") for code in CODE.findall(row.split("|")[1])]

    assert sorted(listed) == sorted(code.value for code in ErrorCode)


def test_the_page_of_live_data_has_every_limit_and_every_code() -> None:
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")

    assert LIMIT.findall(page) == [(each.name, f"{getattr(LIVE_LIMITS, each.name):g}") for each in fields(LIVE_LIMITS)]
    assert {int(code) for code in CLOSED.findall(page)} == {*CloseCode} | NOT_OURS


def test_the_page_of_live_data_has_the_steps_of_polling() -> None:
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")

    assert {(float(idle_s), int(ms)) for idle_s, ms in IDLE.findall(page)} == set(IDLE_STEPS)
    assert f"`pollAfterMs` is {POLL_MS}," in page
    assert [f"{polls}" for polls, _ in reversed(LOAD_STEPS)] == re.findall(r"[Ff]rom (\d+)", page)
