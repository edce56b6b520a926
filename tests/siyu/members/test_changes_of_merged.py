"""What is changed about one who was merged is changed about whoever stands for them, whenever the merge came."""

import asyncio
from uuid import UUID

import orjson
import pytest

from siyu.db import Pool
from siyu.engine import running
from siyu.errors import NotFound
from siyu.features.touched import FEATURES_TOPIC
from siyu.groups.queries import groups_by_key
from siyu.groups.record import Role
from siyu.groups.service import set_role
from siyu.ids import new_id
from siyu.members.attributes import AttributeChange, AttributeType, attributes_of, change_attributes
from siyu.members.consents import ConsentSource, Purpose, Said, note_consents
from siyu.members.importing import Arrival, Given, take_in
from siyu.members.joining import Joiner
from siyu.members.service import ProfileChanges, update_profile
from siyu.members.tagging import Setting, tag_member, untag_member
from siyu.members.tags import TagFamily
from siyu.tiers.presets import COMMUNITY
from siyu.tiers.service import TierByHand, set_ladder, set_tier
from tests.factories import SHANGHAI, add_members, new_vault, shop_engine
from tests.locks import until_waiting
from tests.siyu.groups.shop import add_group, joined
from tests.siyu.members.people import NOON, merge, merge_of

YES = Said([Purpose.MARKETING], True, "v1", ConsentSource.STORE, "lin")
DOG = (AttributeChange("pet", AttributeType.TEXT, "dog"),)
OLD = Given(tags=("old",))
BY_HAND = Setting(TagFamily.MANUAL, "lin", NOON)
TOUCHED = f"SELECT payload FROM outbox WHERE topic = '{FEATURES_TOPIC}'"
# As the commit of a merge does while others wait for its locks.
CHANGES_AT_ONCE = 5
LOCK = "SELECT FROM member WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
LINK = "UPDATE member SET linked = true, merged_into = CASE WHEN id = $2 THEN $1 END WHERE id IN ($1, $2)"


async def known(pool: Pool, who: UUID) -> tuple[list[str], list[str], str | None, dict[str, str]]:
    """What the four kinds of changes leave with a member: consents, tags, a nickname and attributes."""
    row = await pool.fetchrow("SELECT consents, tags, nickname FROM member WHERE id = $1", who)
    attributes = {each.key: each.value for each in (await attributes_of(pool, [who]))[who]}
    return list(row["consents"]), list(row["tags"]), row["nickname"], attributes


async def change_all(pool: Pool, who: UUID) -> None:
    """All kinds of changes at the same moment."""
    await asyncio.gather(
        note_consents(pool, who, YES, NOON),
        tag_member(pool, who, ["vip"], BY_HAND),
        update_profile(pool, who, ProfileChanges(nickname="Lin")),
        change_attributes(pool, who, DOG, NOON),
        imported(pool, who),
    )


async def imported(pool: Pool, who: UUID, given: Given = OLD) -> None:
    """What an import gives to whom it finds by an identity."""
    await pool.execute("INSERT INTO identity VALUES ($1, 'shop', $2, $3)", new_id(), who.hex, who)
    await take_in(pool, new_vault(), [Arrival(Joiner("shop", who.hex, NOON), given)], NOON)


ALL = (["marketing"], {"vip", "old"}, "Lin", {"pet": "dog"})
NOTHING: tuple[list[str], set[str], None, dict[str, str]] = ([], set(), None, {})


async def found(pool: Pool, who: UUID) -> object:
    """The same with tags in any order."""
    consents, tags, nickname, attributes = await known(pool, who)
    return consents, set(tags), nickname, attributes


async def test_what_is_changed_by_an_old_id_is_the_persons(pool: Pool) -> None:
    survivor, merged = await add_members(pool, 2)
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        merge_of(await merge(engine, survivor, merged))

    await change_all(pool, merged)

    assert await found(pool, survivor) == ALL
    assert await found(pool, merged) == NOTHING
    assert "vip" not in (await untag_member(pool, merged, ["vip"])).tags


async def test_what_waits_for_a_merge_is_the_persons(pool: Pool) -> None:
    """Each looked for the member before they were merged, and gets their lock when they are."""
    survivor, merged = await add_members(pool, 2)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(LOCK, [survivor, merged])
            changes = asyncio.ensure_future(change_all(pool, merged))
            await until_waiting(pool, CHANGES_AT_ONCE)
            await connection.execute(LINK, survivor, merged)
        await changes

    assert await found(pool, survivor) == ALL
    assert await found(pool, merged) == NOTHING


async def test_nothing_is_noted_of_the_erased(pool: Pool) -> None:
    [gone] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET erased_at = now() WHERE id = $1", gone)

    for change in (
        note_consents(pool, gone, YES, NOON),
        tag_member(pool, gone, ["vip"], BY_HAND),
        update_profile(pool, gone, ProfileChanges(nickname="Lin")),
        change_attributes(pool, gone, DOG, NOON),
    ):
        with pytest.raises(NotFound):
            await change
    await imported(pool, gone)

    assert await found(pool, gone) == NOTHING


async def test_a_tier_and_a_role_that_are_given_by_an_old_id_are_the_persons(pool: Pool) -> None:
    survivor, merged = await add_members(pool, 2)
    await add_group(pool, "tea")
    await set_ladder(pool, COMMUNITY, SHANGHAI, NOON, "lin")
    given = TierByHand(merged, COMMUNITY.tiers[-1].key, "fraud", "lin", "operator/lin/12345678")
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        await engine.submit(joined(merged, "tea", NOON))
        merge_of(await merge(engine, survivor, merged))

    await set_tier(pool, SHANGHAI, given, NOON)
    await set_tier(pool, SHANGHAI, given, NOON)
    group = (await groups_by_key(pool, ["tea"]))["tea"]
    assert await set_role(pool, group, merged, Role.KOC) is None

    assert await pool.fetchval("SELECT tier FROM member WHERE id = $1", survivor) == given.tier
    assert await pool.fetchval("SELECT role FROM membership WHERE member_id = $1", survivor) == "koc"


async def test_rules_are_asked_anew_once_a_consent_or_a_tier_changes(pool: Pool) -> None:
    one, other, third = await add_members(pool, 3)

    await note_consents(pool, one, YES, NOON)
    await note_consents(pool, one, YES, NOON)
    await imported(pool, other, Given(tier="gold"))
    await set_ladder(pool, COMMUNITY, SHANGHAI, NOON, "lin")
    await set_tier(pool, SHANGHAI, TierByHand(third, COMMUNITY.tiers[-1].key, "gift", "lin", "operator/lin/1"), NOON)

    told = [orjson.loads(row[0]) for row in await pool.fetch(TOUCHED)]
    assert told == [[each.hex] for each in (one, other, third)]
