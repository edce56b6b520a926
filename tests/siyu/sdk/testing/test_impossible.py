"""An invalid effect says which field is wrong, and by which rule."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.sdk import (
    EFFECT_TYPES,
    CampaignState,
    Cancel,
    Confirm,
    Effect,
    Emit,
    Grant,
    Hold,
    Issue,
    Notify,
    Once,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Settle,
    Spend,
    Tag,
)
from siyu.sdk.testing import InvalidEffect, Stage
from siyu.sdk.testing.bounds import SHOWN_LENGTH_MAX, shown
from tests.siyu.sdk.scripted import Team, scripted

SOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
AMOUNT = "amount must be a whole number from 1 to 1,000,000,000,000, and is"
KEY = "key must be a text of 1 to 64 characters without NUL, and is"


def said_of(effect: Any) -> str:
    """What the stage says of it."""
    with pytest.raises(InvalidEffect) as raised:
        Stage(scripted([[effect]], frozenset(EFFECT_TYPES))).act("lin", "go")
    return str(raised.value)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Grant("point", 1), "unit 'point' is none of: commission, growth, points"),
        (Grant("points", 0), f"{AMOUNT} 0"),
        (Grant("points", 10**12 + 1), f"{AMOUNT} 1000000000001"),
        (Grant("points", 1, ""), "reference must be a text of 1 to 80 characters without NUL, and is ''"),
        (Reverse("points", 1, "A"), "reference 'A' is none that `reads` lets a decision about scripted.go read"),
        (Reverse("points", 1, "A", "gift"), "of must be 'grant' or 'spend', and is 'gift'"),  # type: ignore[arg-type]  # junk on purpose
        (Spend("points", 1, "POOR"), "code 'POOR' is none of the refusals: NO, TOO_LATE"),
        (Hold("points", 1, "", "NO"), f"{KEY} ''"),
        (Settle("a", -1), f"{AMOUNT} -1"),
        (SetState(CampaignState()), "state must be a PurchaseState, and is CampaignState()"),
        (Score("points", 1), "board 'points' is none of: invitees, streak"),
        (Score("streak", 0), "value must be a whole number from 1 to 1,000,000,000,000, and is 0"),
        (Once("x" * 65, "NO"), f"{KEY} '{'x' * 65}'"),
        (Refuse("NOT_YET"), "code 'NOT_YET' is none of the refusals: NO, TOO_LATE"),
        (Refuse("NO", {"on": SOON}), "missing must be JSON that comes back equal"),
        (Schedule("a", SOON, "tack"), "the type has no timer 'tack'; it has: tick, tock"),
        (Schedule("a", SOON.replace(tzinfo=None), "tick"), "at must be a time with a zone, at most 1,098 days ahead"),
        (Schedule("a", SOON + timedelta(days=1_200), "tick"), "at must be a time with a zone"),
        (Schedule("a", SOON, "tick", {"n": "x"}), "data is not what Note takes: n: Input should be a valid integer"),
        (Cancel(""), f"{KEY} ''"),
        (Emit("pong"), "the type emits no 'pong'; it emits: ping"),
        (Emit("ping", {"n": 2**63}), "data must be at most 8,192 bytes of JSON without NUL, with numbers of 64 bits"),
        (Emit("ping", {}, "lin"), "member_id must be a UUID or None, and is 'lin'"),  # type: ignore[arg-type]  # as above
        (Reserve("prize_99"), "the type has no counter 'prize_99'; it has: all, endless, item, own, prize, seat"),
        (Reserve("all", 0), f"{AMOUNT} 0"),
        (Release(""), f"{KEY} ''"),
        (Confirm("a", "GONE"), "code 'GONE' is none of the refusals: NO, TOO_LATE"),
        (SetTeam("another", Team()), "team 'another' is neither the one that the fact names nor its new_key"),
        (Issue("", "a", "NO"), "reward must be a text of 1 to 64 characters without NUL, and is ''"),
        (Notify("steady", {}), "the type has no message 'steady'; it has: bare, ready"),
        (Notify("ready", {"count": 1.5}), "the param 'count' must be a whole number of 64 bits or a text"),  # type: ignore[dict-item]  # as above
        (Notify("bare", {"words": ""}), "the message 'bare' has no words with {'words': ''}"),
        (Tag(" a"), "tag must be a text of 1 to 32 characters, no space around it, and is ' a'"),
    ],
    ids=repr,
)
def test_the_field_and_the_rule_are_named(effect: Effect, said: str) -> None:
    assert said_of(effect).startswith(f"impossible {type(effect).__name__}: {said}")


def test_a_key_without_anything_that_could_end_what_it_holds_is_said() -> None:
    declared = frozenset(EFFECT_TYPES) - {Release, Confirm}

    with pytest.raises(InvalidEffect, match="a key needs counters, and Release or Confirm among the effects"):
        Stage(scripted([[Reserve("all", key="a")]], declared)).act("lin", "go")


def test_effects_that_follow_from_one_another_too_often_are_said() -> None:
    stage = Stage(scripted([[Emit("ping")]], frozenset(EFFECT_TYPES)))

    with pytest.raises(InvalidEffect, match="more than 4 facts follow from one another without a pause of 60 s"):
        stage.act("lin", "go")


@given(st.text() | st.binary(max_size=400) | st.integers())
def test_a_value_is_shown_in_short(value: Any) -> None:
    assert len(shown(value)) <= SHOWN_LENGTH_MAX + 1


@pytest.mark.parametrize("returned", [None, Grant("points", 1), 5])
def test_a_decide_that_does_not_yield_is_told_so(returned: Any) -> None:
    kind = scripted([[]], frozenset(EFFECT_TYPES))
    object.__setattr__(kind, "decide", lambda fact, view: returned)

    with pytest.raises(InvalidEffect, match=re.escape(f"decide must yield effects, and returned {returned!r}")):
        Stage(kind).act("lin", "go")
