"""Reservations: what is released comes back once, what is confirmed stays used, and what cannot be fails."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from siyu.campaigns.reservations import RESERVATIONS_MAX
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED
from siyu.sdk import Period, Scope
from tests.clock import NOON
from tests.factories import add_campaign, add_members
from tests.siyu.engine.tally import Memory, TallyConfig, go, refusal, take, tally, tally_engine

DAY = timedelta(days=1)


def test_a_second_release_frees_nothing() -> None:
    shop = Memory(tally(Scope.CAMPAIGN))
    lin, *_ = shop.members
    shop.go(lin, take(2, key="k"))

    first, second = shop.go(lin, ("release", "k")), shop.go(lin, ("release", "k"))

    assert [outcome.decisions[0].effects[0]["released"] for outcome in (first, second)] == [2, 0]
    assert shop.counted() == {}


async def test_a_second_release_frees_nothing_in_the_database(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, bo, take(1, key="k")))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    for _ in range(3):
        await engine.submit(go(campaign, lin, ("release", "k")))

    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (0, 1)
    assert [row[0] for row in await pool.fetch("SELECT state FROM reservation ORDER BY amount")] == ["held", "released"]


async def test_a_unit_reserved_yesterday_is_given_back_to_yesterday(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN, Period.DAY))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    await engine.submit(go(campaign, lin, ("release", "k"), take(3), at=NOON + DAY))

    counted = await pool.fetch("SELECT bucket, used, held FROM counter ORDER BY bucket")
    assert [tuple(row) for row in counted] == [("2026-11-21", 0, 0), ("2026-11-22", 3, 0)]


async def test_what_is_confirmed_stays_used_and_can_be_confirmed_again(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.MEMBER))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    outcomes = [await engine.submit(go(campaign, lin, (op, "k"))) for op in ("confirm", "confirm", "release")]

    logged = [outcome.decisions[0].effects[0] for outcome in outcomes]
    assert [effect.get("confirmed", effect.get("released")) for effect in logged] == [2, 0, 0]
    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (2, 0)


async def test_what_is_not_held_cannot_be_confirmed(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, lin, take(key="k")))

    assert refusal(await engine.submit(go(campaign, bo, ("confirm", "k")))) == "NOT_HELD"
    assert refusal(await engine.submit(go(campaign, lin, ("release", "k"), ("confirm", "k")))) == "NOT_HELD"
    await engine.submit(go(campaign, lin, ("release", "k")))
    assert refusal(await engine.submit(go(campaign, lin, ("confirm", "k")))) == "NOT_HELD"


async def test_a_released_key_can_be_reserved_again_and_a_held_one_cannot(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))

    codes = [
        refusal(await engine.submit(go(campaign, lin, *do)))
        for do in ([take(key="k")], [take(key="k")], [("release", "k")], [take(2, key="k")], [("confirm", "k")])
    ]

    assert codes == [None, CAMPAIGN_FAILED, None, None, None]
    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (2, 0)
    assert [tuple(row) for row in await pool.fetch("SELECT amount, state FROM reservation")] == [(2, "confirmed")]


def test_what_a_decision_releases_it_cannot_take() -> None:
    shop = Memory(tally(Scope.CAMPAIGN))
    lin, *_ = shop.members
    shop.go(lin, take(3, key="k"))

    assert refusal(shop.go(lin, ("release", "k"), take())) == "NONE_LEFT"
    assert shop.counted() == {("", ""): (0, 3)}


@pytest.mark.parametrize(
    ("do", "data"),
    [
        pytest.param([take(0)], {}, id="nothing"),
        pytest.param([take(-1)], {}, id="less than nothing"),
        pytest.param([take(1.5)], {}, id="a fraction"),
        pytest.param([take(10**13)], {}, id="absurdly many"),
        pytest.param([take(key="")], {}, id="an empty key"),
        pytest.param([take(key="k" * 65)], {}, id="a long key"),
        pytest.param([take(key="\0")], {}, id="a key that cannot be stored"),
        pytest.param([take(key=5)], {}, id="a number for a key"),
        pytest.param([take(code="NOBODYS")], {}, id="an undeclared refusal"),
        pytest.param([take(subject="hat")], {}, id="another subject than the fact's"),
        pytest.param([take()], {"item": None}, id="no item"),
        pytest.param([take()], {"item": ["cup", "hat"]}, id="one of two items, not said which"),
        pytest.param([take()], {"item": "x" * 65}, id="a long item"),
        pytest.param([take()], {"item": {"a": 1}}, id="an item that is no text"),
        pytest.param([take(key="k"), take(key="k")], {}, id="one key twice"),
        pytest.param([("release", "")], {}, id="no key to release"),
        pytest.param([("confirm", "\0")], {}, id="no key to confirm"),
        pytest.param([("open",), ("open",)], {}, id="two teams at once"),
    ],
)
def test_impossible_effects_fail_the_decision(do: Sequence[Any], data: dict[str, Any]) -> None:
    shop = Memory(tally(Scope.ITEM))

    outcome = shop.go(shop.members[0], ("grant", 5), *do, **{"item": "cup", **data})

    assert refusal(outcome) == CAMPAIGN_FAILED
    assert (shop.counted(), shop.world.book.transfers, shop.world.participations.changed()) == ({}, [], [])


def test_a_member_holds_a_bounded_number_of_keys() -> None:
    shop = Memory(tally(Scope.CAMPAIGN), TallyConfig(limit=None))
    lin, bo, _ = shop.members
    for number in range(RESERVATIONS_MAX):
        assert refusal(shop.go(lin, take(key=f"k{number}"))) is None

    assert refusal(shop.go(lin, take(key="more"))) == CAMPAIGN_FAILED
    assert refusal(shop.go(bo, take(key="more"))) is None
    shop.go(lin, ("release", "k0"))
    assert refusal(shop.go(lin, take(key="more"))) is None
