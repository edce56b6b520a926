"""Messages that advertise are left to those alone who agree to marketing; what serves a member always is."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import Registry, build_registry
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.members.consents import ConsentSource, Purpose, Said, note_consents
from siyu.sdk import CampaignConfig, CampaignState, CampaignType, Effect, Fact, Notify, Text, View
from tests.factories import SHANGHAI, add_campaign, add_members, plugin_of, registry_of
from tests.siyu.engine import desk, till
from tests.siyu.members.people import NOON, ask, merge, merge_of

OFFER: CampaignType[Any, Any] = replace(
    till.TILL,
    messages={"ready": Text(zh="{count}份已备好", en="{count} ready"), "sale": Text(zh="大促", en="Sale")},
    advertises=frozenset({"sale"}),
)
BOTH = (till.notify(1), ("Notify", {"message": "sale"}))
TOLD = "SELECT member_id, message FROM message ORDER BY id"
PHOTO = {"key": "a", "url": "https://shop.example/1.jpg"}


def say(*, given: bool) -> Said:
    """What a member says in the store about marketing."""
    return Said([Purpose.MARKETING], given, "v1", ConsentSource.STORE, "lin")


def engine_of(pool: Pool, registry: Registry) -> Engine:
    """An engine whose clock stands."""
    return Engine(pool, registry, SHANGHAI, BatchLimits(), lambda: NOON)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), ["ready"]),
        ((True,), ["ready", "sale"]),
        ((True, False), ["ready"]),
        ((False, True), ["ready", "sale"]),
    ],
)
async def test_a_marketing_message_needs_a_consent_that_stands(
    pool: Pool, said: tuple[bool, ...], expected: list[str]
) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "till"), engine_of(pool, registry_of(OFFER))
    for given in said:
        await note_consents(pool, member, say(given=given), NOON)

    outcome = await engine.submit(till.play(campaign, member, NOON, *BOTH))

    assert [row[1] for row in await pool.fetch(TOLD)] == expected
    [decision] = outcome.decisions
    withheld = [effect["message"] for effect in decision.effects if effect.get("withheld")]
    assert (decision.refusal, withheld) == (None, [] if "sale" in expected else ["sale"])
    await engine.drain()


async def test_who_withdrew_by_an_old_id_is_told_nothing(pool: Pool) -> None:
    survivor, merged = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "till"), engine_of(pool, registry_of(OFFER))
    await note_consents(pool, survivor, say(given=True), NOON)
    merge_of(await merge(engine, survivor, merged))
    await note_consents(pool, merged, say(given=False), NOON)

    await engine.submit(till.play(campaign, merged, NOON, *BOTH))

    assert [tuple(row) for row in await pool.fetch(TOLD)] == [(survivor, "ready")]
    await engine.drain()


def tell(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """As the desk, and tell the member of the verdict."""
    yield from desk.decide(fact, view)
    if fact.type == "desk.reviewed":
        yield Notify("seen")


async def test_what_is_decided_about_one_who_was_merged_is_told_to_the_person(pool: Pool) -> None:
    kind = replace(
        desk.DESK, effects=desk.DESK.effects | {Notify}, messages={"seen": Text(zh="看过", en="Seen")}, decide=tell
    )
    survivor, merged = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "desk"), engine_of(pool, registry_of(kind))
    for who in (survivor, merged):
        await ask(engine, "desk.show", who, PHOTO, campaign)
    merge_of(await merge(engine, survivor, merged))
    review: UUID = await pool.fetchval("SELECT id FROM review WHERE member_id = $1", merged)

    await give_verdict(engine, GivenVerdict(review, True, "", "lin", "operator/lin/1"))

    assert [tuple(row) for row in await pool.fetch(TOLD)] == [(survivor, "seen")]
    await engine.drain()


def test_a_type_advertises_with_its_own_messages_alone() -> None:
    stray = replace(OFFER, advertises=frozenset({"sale", "sail"}))

    [broken] = build_registry([("tests", lambda: plugin_of(stray))]).broken

    assert "it advertises with messages that it does not have: ['sail']" in str(broken)
