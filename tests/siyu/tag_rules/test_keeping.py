"""Tags that follow from rules: given to all at once, kept current by what happens, by the day and by changes."""

from datetime import timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from siyu.features import keep_everything, keep_features
from siyu.members.service import FeatureChanges, ProfileChanges, update_profile
from siyu.members.tagging import Setting, tag_member
from siyu.members.tags import TagFamily
from siyu.rules import BadRule, RuleClock, compile_rule
from siyu.sdk.audience import LABELS_MAX
from siyu.segments.queries import count_members
from siyu.tag_rules import follow_features, keeping, settle_everything
from siyu.tag_rules.keeping import settle_some
from siyu.tag_rules.service import create_tag_rule, delete_tag_rule, update_tag_rule
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members, paid, shop_engine
from tests.siyu.segments.test_segments import add_shop

CLOCK = RuleClock(NOON, SHANGHAI)
DAY = timedelta(days=1)
BUYER = "member.orders > 0"


async def tagged(pool: Pool, tag: str) -> set[UUID]:
    """Who has the tag, by the list that rules read."""
    return {row[0] for row in await pool.fetch("SELECT id FROM member WHERE tags @> ARRAY[$1::text]", tag)}


async def follow(pool: Pool, clock: RuleClock = CLOCK) -> None:
    """What the worker does of what was committed."""
    await keep_everything(pool, clock, follow_features)


@pytest.mark.parametrize(
    "rule",
    [BUYER, "member.joined_days >= 30 && !(member.tier == 'gold')", "is_set(member.tier)", "true", "false"],
)
async def test_a_new_rule_tags_whom_a_segment_of_it_has(pool: Pool, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_shop(pool)
    clock = RuleClock(NOON + 400 * DAY, SHANGHAI)
    await create_tag_rule(pool, "ruled", rule, clock, "lin")
    monkeypatch.setattr(keeping, "MEMBERS_A_STEP", 70)

    await settle_everything(pool, clock)

    meant = compile_rule(f"({rule}) && 'ruled' in member.tags")
    assert await count_members(pool, [compile_rule(rule)], clock) == len(await tagged(pool, "ruled"))
    assert await count_members(pool, [meant], clock) == len(await tagged(pool, "ruled"))
    assert await pool.fetchval("SELECT settled_on FROM tag_rule") == clock.today


async def test_what_happens_to_a_member_gives_and_takes_tags(pool: Pool) -> None:
    lin, wang = await add_members(pool, 2)
    await create_tag_rule(pool, "buyer", BUYER, CLOCK, "lin")
    await create_tag_rule(pool, "none yet", f"!({BUYER})", CLOCK, "lin")
    await settle_everything(pool, CLOCK)
    before = await tagged(pool, "none yet")

    await shop_engine(pool).submit(paid(lin, "A1", 100, NOON))
    await follow(pool)

    assert before == {lin, wang}
    assert (await tagged(pool, "buyer"), await tagged(pool, "none yet")) == ({lin}, {wang})


async def test_a_change_of_tier_is_followed(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await create_tag_rule(pool, "vip", "member.tier == 'gold'", CLOCK, "lin")
    await settle_everything(pool, CLOCK)

    found = []
    for tier in ("gold", None):
        await update_profile(pool, lin, ProfileChanges(), FeatureChanges(tier=tier))
        await follow(pool)
        found.append(await tagged(pool, "vip"))

    assert found == [{lin}, set()]


async def test_a_day_that_begins_is_enough(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await shop_engine(pool).submit(paid(lin, "A1", 100, NOON))
    await create_tag_rule(pool, "lately", "member.last_order_days <= 44", CLOCK, "lin")

    found = []
    for days in (44, 45):
        clock = RuleClock(NOON + days * DAY, SHANGHAI)
        await follow(pool, clock)
        await settle_everything(pool, clock)
        found.append(await tagged(pool, "lately"))

    assert found == [{lin}, set()]


async def test_a_window_that_rolls_takes_the_tag_with_it(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await create_tag_rule(pool, "month", "member.spend_30d_fen >= 100", CLOCK, "lin")
    await settle_everything(pool, CLOCK)
    await shop_engine(pool).submit(paid(lin, "A1", 100, NOON))

    found = []
    for days in (29, 30):
        at = NOON + days * DAY
        assert await keep_features(pool, SHANGHAI, lambda at=at: at, follow_features)  # type: ignore[misc]  # of this day
        found.append(await tagged(pool, "month"))

    assert found == [{lin}, set()]


async def test_a_tag_set_by_hand_is_not_taken_by_a_rule(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await tag_member(pool, lin, ["buyer"], Setting(TagFamily.MANUAL, "lin", NOON))
    rule = await create_tag_rule(pool, "buyer", "true", CLOCK, "lin")
    await settle_everything(pool, CLOCK)

    await update_tag_rule(pool, rule.id, 1, "false", CLOCK, "lin")
    await settle_everything(pool, CLOCK)

    assert await tagged(pool, "buyer") == {lin}
    assert await pool.fetchval("SELECT count(*) FROM member_tag") == 1


async def test_a_rule_that_is_deleted_takes_its_tags_and_only_then_is_gone(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_members(pool, 5)
    rule = await create_tag_rule(pool, "all", "true", CLOCK, "lin")
    await settle_everything(pool, CLOCK)
    assert len(await tagged(pool, "all")) == 5
    monkeypatch.setattr(keeping, "MEMBERS_A_STEP", 2)

    await delete_tag_rule(pool, rule.id, CLOCK, "wang")
    await settle_some(pool, SHANGHAI, lambda: NOON)
    half = len(await tagged(pool, "all"))
    with pytest.raises(InvalidInput, match="still being taken"):
        await create_tag_rule(pool, "all", "true", CLOCK, "lin")
    with pytest.raises(NotFound):
        await update_tag_rule(pool, rule.id, 2, "true", CLOCK, "lin")
    await settle_everything(pool, CLOCK)

    assert (half, await tagged(pool, "all")) == (3, set())
    await create_tag_rule(pool, "all", "true", CLOCK, "lin")


async def test_whoever_has_as_many_tags_as_may_be_is_passed_over(pool: Pool) -> None:
    full, other = await add_members(pool, 2)
    await tag_member(pool, full, [str(n) for n in range(LABELS_MAX)], Setting(TagFamily.IMPORTED, "x", NOON))
    await create_tag_rule(pool, "all", "true", CLOCK, "lin")

    await settle_everything(pool, CLOCK)

    assert await tagged(pool, "all") == {other}


async def test_what_is_saved_is_a_rule_that_asks_about_no_tags(pool: Pool) -> None:
    with pytest.raises(BadRule) as unknown:
        await create_tag_rule(pool, "x", "member.teir == 'gold'", CLOCK, "lin")
    with pytest.raises(BadRule) as circle:
        await create_tag_rule(pool, "x", "true &&\n !('y' in member.tags)", CLOCK, "lin")
    rule = await create_tag_rule(pool, "x", "true", CLOCK, "lin")
    with pytest.raises(InvalidInput, match="has a rule"):
        await create_tag_rule(pool, "x", "false", CLOCK, "lin")
    with pytest.raises(InvalidInput, match="changed it since"):
        await update_tag_rule(pool, rule.id, 9, "false", CLOCK, "lin")

    assert [(p.code.value, p.line, p.column) for p in unknown.value.rule_problems] == [("RULE_UNKNOWN_FIELD", 1, 1)]
    assert [(p.code.value, p.line, p.column) for p in circle.value.rule_problems] == [("RULE_NOT_ALLOWED", 2, 11)]


@pytest.mark.parametrize("gone", ["merged_into = $2::uuid, linked = true", "erased_at = now(), nickname = $2::text"])
async def test_who_was_merged_or_erased_is_tagged_by_no_rule(pool: Pool, gone: str) -> None:
    lin, wang = await add_members(pool, 2)
    await create_tag_rule(pool, "before", "true", CLOCK, "lin")
    await settle_everything(pool, CLOCK)
    await shop_engine(pool).submit(paid(lin, "A1", 100, NOON))
    other = wang if "uuid" in gone else None
    await pool.execute(f"UPDATE member SET {gone} WHERE id = $1", lin, other)
    later = RuleClock(NOON + DAY, SHANGHAI)
    await create_tag_rule(pool, "anybody", "true", later, "lin")

    await settle_everything(pool, later)
    settled = [await tagged(pool, "before"), await tagged(pool, "anybody")]
    await follow(pool, later)

    assert settled == [{wang}, {wang}]
    assert [await tagged(pool, "before"), await tagged(pool, "anybody")] == settled
