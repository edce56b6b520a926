"""The pages about the check-in name what it has, in both languages, and their documents answer what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.check_in.calendar import Calendar, CalendarDay, DayStatus
from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, GroupGoal, Groups, MakeUp, Place
from plugins.check_in.groups import GroupDay, GroupState
from plugins.check_in.proof import SignInput
from plugins.check_in.state import CheckInState, Waiting
from plugins.check_in.waiting import WAITING_MAX
from schema.principals import Principal
from tests.docs.pages import ROOT, blocks
from tests.docs.test_graphql import CAPITALS, documents, ids_of_a_small_shop, principal_of
from tests.schema.conftest import Shop

NAMES = ["check-in.md", "check-in.zh-CN.md"]
MODELS = (CheckInConfig, MakeUp, Place, Groups, GroupGoal, CheckInState, Waiting, GroupState, GroupDay, SignInput)
# Those of the calendar are named as in GraphQL.
CALENDAR = ("status", "points", "rewards", "rewarded", "canMakeUp", "signedToday", "streak")


def page_of(name: str) -> Path:
    """A page about campaigns."""
    return ROOT / "docs" / "campaigns" / name


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_every_field_and_code(name: str) -> None:
    page = page_of(name).read_text(encoding="utf-8")
    fields = [name for model in MODELS for name in model.model_fields]
    statuses = [status.name for status in DayStatus]

    assert [word for word in (*fields, *CALENDAR, *statuses, *CHECK_IN.refusals) if word not in page] == []
    assert [code for code in CHECK_IN.refusals if f"`{code}`" not in page] == []
    assert f" {WAITING_MAX} " in page
    assert {*Calendar.model_fields, *CalendarDay.model_fields} == {
        *("month", "today", "days", "day", "status", "points", "rewards", "rewarded", "streak"),
        *("can_make_up", "signed_today"),
    }


@pytest.mark.parametrize("name", NAMES)
async def test_the_documents_lead_from_a_photo_to_the_groups_bonus(shop: Shop, name: str) -> None:
    member, ids = await ids_of_a_small_shop(shop)
    answers: dict[str, Any] = {}
    for block, variables in documents(blocks(page_of(name))):
        filled_in = json.loads(CAPITALS.sub(lambda found: ids[found[0]], variables))
        principal: Principal = principal_of(block, member, member)
        answers[block.text.split("(")[0].split()[-1]] = await shop.data(principal, block.text, **filled_in)
        await shop.engine.drain()

    days = {day["day"]: day for day in answers["Calendar"]["participation"]["calendar"]["days"]}
    assert [days[f"2026-11-{day}"]["status"] for day in (18, 19, 20, 21, 22)] == [
        "NONE",
        "SIGNED",
        "MADE_UP",
        "SIGNED",
        "COMING",
    ]
    assert answers["SignWithPhoto"]["checkInSign"]["effects"][1] == {"kind": "review", "key": "2026-11-21"}
    assert answers["Approve"]["reviewDecide"]["review"]["state"] == "APPROVED"
    assert answers["Group"]["participation"]["progress"] == {
        "current": 1,
        "target": 1,
        "text": "Days in a row that reached the goal: 1",
    }
