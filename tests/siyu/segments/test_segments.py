"""Segments: SQL and Python mean the same members on the real tables, in pages, counts and overlaps."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, NotFound
from siyu.features import keep_everything
from siyu.features.queries import feature_rows
from siyu.ids import new_id
from siyu.members.queries import MembersWanted
from siyu.rules import BASE_FEATURES, MEMBER_FEATURES, RuleClock, compile_rule
from siyu.segments.asking import BOTH_TABLES, restriction
from siyu.segments.presets import PRESETS
from siyu.segments.queries import (
    SegmentKind,
    SegmentRow,
    count_members,
    explain,
    members_of,
    overlap,
    segment_page,
    segments_by_id,
)
from siyu.segments.service import create_segment, delete_segment, update_segment
from tests.factories import SHANGHAI, add_members
from tests.siyu.rules.rule_makers import NOON, TEXTS, RuleMaker

CLOCK = RuleClock(NOON, SHANGHAI)
LATER = RuleClock(NOON + timedelta(days=1), SHANGHAI)
MEMBERS = 300
RULES = 150
DAY = timedelta(days=1)


async def add_shop(pool: Pool, seed: int = 1) -> list[UUID]:
    """Members of many kinds, in the order of joining: two a day. Their features are kept."""
    random = Random(seed)  # noqa: S311 - a test's
    ids = [new_id() for _ in range(MEMBERS)]
    for place, member_id in enumerate(ids):
        await pool.execute(
            "INSERT INTO member (id, joined_at, tier, tags, groups, channel, device)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            member_id,
            CLOCK.midnight(-1) - (MEMBERS - place) * DAY / 2 + DAY / 4,
            random.choice((None, "gold", "vip", "")),
            random.sample(TEXTS, random.randint(0, 2)),
            random.sample(TEXTS, random.randint(0, 1)),
            random.choice((None, "gold", "vip", "")),
            random.choice((None, "gold", "ios")),
        )
        for number in range(random.choice((0, 0, 1, 4))):
            await pool.execute(
                "INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at)"
                " VALUES ($1, $2, $3, $4, 0, $5)",
                new_id(),
                f"{place}/{number}",
                member_id,
                random.choice((90, 500, 50_000)),
                NOON - random.choice((0, 3, 20, 60, 200)) * DAY,
            )
    await keep_everything(pool, CLOCK)
    return ids


async def rows_of(pool: Pool) -> dict[UUID, tuple[object, ...]]:
    """Every member's columns as rules read them."""
    rows = await feature_rows(pool, [row[0] for row in await pool.fetch("SELECT id FROM member")])
    return {member_id: tuple(row) for member_id, row in rows.items()}


async def ids_of(pool: Pool, segment: SegmentRow, clock: RuleClock = CLOCK) -> list[UUID]:
    """All members of a segment, page by page, the oldest members first."""
    meant, found = segment.meant(), list[UUID]()
    wanted = MembersWanted(100, oldest_first=True)
    assert meant is not None
    while True:
        page = await members_of(pool, meant, wanted, clock)
        found += [row.id for row in page.rows]
        if not page.has_more:
            return found
        wanted = MembersWanted(100, oldest_first=True, after=page.rows[-1].key)


async def test_a_segment_has_those_for_whom_python_says_that_its_rule_holds(pool: Pool) -> None:
    await add_shop(pool)
    rows, maker = await rows_of(pool), RuleMaker(Random(7))  # noqa: S311 - a test's

    found = set[int]()
    for _ in range(RULES):
        rule = compile_rule(maker.rule())
        expected = sum(rule.holds_for(row, CLOCK) for row in rows.values())
        assert await count_members(pool, [rule], CLOCK) == expected, rule.text
        found.add(expected)
    assert len(found) > RULES / 4


async def test_pages_go_through_all_of_a_segment_both_ways(pool: Pool) -> None:
    ids = await add_shop(pool)
    rows = await rows_of(pool)
    segment = await create_segment(
        pool, "buyers", "member.orders > 0 && !('gold' in member.tags)", SegmentKind.LIVE, CLOCK, "lin"
    )
    rule = compile_rule(segment.rule)
    expected = [member for member in ids if rule.holds_for(rows[member], CLOCK)]

    backwards = await members_of(pool, rule, MembersWanted(3), CLOCK)
    last = await members_of(pool, rule, MembersWanted(3, from_end=True), CLOCK)
    between = MembersWanted(100, after=backwards.rows[1].key, before=last.rows[1].key)

    assert await ids_of(pool, segment) == expected
    assert [row.id for row in backwards.rows] == expected[:-4:-1]
    assert [row.id for row in last.rows] == expected[2::-1]
    assert [row.id for row in (await members_of(pool, rule, between, CLOCK)).rows] == expected[::-1][2:-2][:100]


async def test_a_static_segment_keeps_whom_it_took_until_it_is_taken_anew(pool: Pool) -> None:
    ids = await add_shop(pool)
    live = await create_segment(pool, "new", "member.joined_days < 10", SegmentKind.LIVE, CLOCK, "lin")
    static = await create_segment(pool, "old", "member.joined_days < 10", SegmentKind.STATIC, CLOCK, "lin")
    then = await ids_of(pool, static)

    assert then == await ids_of(pool, live) == ids[-20:]
    assert await ids_of(pool, static, LATER) == then
    assert await ids_of(pool, live, LATER) == ids[-18:]

    renamed = await update_segment(pool, static.id, 1, {"name": "older"}, LATER, "wang")
    assert (renamed.taken_at, await ids_of(pool, renamed, LATER)) == (NOON, then)
    anew = await update_segment(pool, static.id, 2, {}, LATER, "wang", take=True)
    assert (anew.taken_at, anew.revision, await ids_of(pool, anew, LATER)) == (LATER.now, 3, ids[-18:])
    another = await update_segment(pool, static.id, 3, {"rule": "member.joined_days < 2"}, LATER, "wang")
    assert await ids_of(pool, another, LATER) == ids[-2:]
    assert (another.name, another.updated_by) == ("older", "wang")


@pytest.mark.parametrize("dearer", ["FROM", "FILTER", "nothing"])
async def test_overlaps_of_live_and_static_segments_are_counted_alike_in_one_statement_and_in_three(
    pool: Pool, dearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cost(_connection: Connection, statement: str, _parameters: Sequence[object]) -> float:
        return 1.0 if dearer in statement else 0.0

    if dearer != "nothing":
        monkeypatch.setattr("siyu.segments.queries._cost", cost)
    ids = await add_shop(pool)
    first = await create_segment(pool, "a", "member.joined_days < 10", SegmentKind.STATIC, CLOCK, "lin")
    second, every = compile_rule("member.joined_days >= 5"), compile_rule("true")

    shared = await overlap(pool, first.meant() or second, second, CLOCK)
    whole = await overlap(pool, every, every, CLOCK)

    assert (shared.first, shared.second, shared.both) == (20, len(ids) - 10, 10)
    assert (whole.first, whole.second, whole.both) == (MEMBERS,) * 3


@pytest.mark.parametrize("rule", ["true", "member.orders >= 0", "member.orders >= 0 && member.joined_days >= 0"])
async def test_who_was_merged_or_erased_is_in_no_segment(pool: Pool, rule: str) -> None:
    survivor, merged, erased = await add_members(pool, 3)
    await keep_everything(pool, CLOCK)
    segment = await create_segment(pool, "all", rule, SegmentKind.LIVE, CLOCK, "lin")
    static = await create_segment(pool, "then", rule, SegmentKind.STATIC, CLOCK, "lin")
    await pool.execute("UPDATE member SET linked = true, merged_into = $2 WHERE id = $1", merged, survivor)
    await pool.execute("UPDATE member SET erased_at = $2 WHERE id = $1", erased, NOON)

    for each in (segment, static):
        meant = each.meant()
        assert meant is not None
        assert await ids_of(pool, each) == [survivor]
        assert await count_members(pool, [meant], CLOCK) == 1
        shared = await overlap(pool, meant, compile_rule(rule), CLOCK)
        assert (shared.first, shared.second, shared.both) == (1, 1, 1)


async def test_what_is_saved_is_checked(pool: Pool) -> None:
    async def refused(name: str, rule: str) -> Sequence[tuple[Sequence[str], str]]:
        with pytest.raises(InvalidInput) as caught:
            await create_segment(pool, name, rule, SegmentKind.LIVE, CLOCK, "lin")
        return [(problem.path, problem.code) for problem in caught.value.problems]

    saved = await create_segment(pool, "vip", "true", SegmentKind.LIVE, CLOCK, "lin")
    other = await create_segment(pool, "mums", "true", SegmentKind.LIVE, CLOCK, "lin")

    assert await refused("vip", "true") == [(("name",), "INVALID_INPUT")]
    assert await refused("", "true") == [(("name",), "INVALID_INPUT")]
    assert await refused("x", "member.teir == 'a'") == [(("rule",), "RULE_UNKNOWN_FIELD")]
    for segment_id, revision, error in ((saved.id, 2, InvalidInput), (new_id(), 1, NotFound)):
        with pytest.raises(error):
            await update_segment(pool, segment_id, revision, {"name": "x"}, CLOCK, "lin")
    with pytest.raises(InvalidInput):
        await update_segment(pool, other.id, 1, {"name": "vip"}, CLOCK, "lin")
    with pytest.raises(InvalidInput):
        await update_segment(pool, other.id, 1, {"rule": "vip"}, CLOCK, "lin")
    assert [row.name for row in (await segment_page(pool, 1, None)).rows] == ["mums"]
    assert [row.name for row in (await segment_page(pool, 5, other.id)).rows] == ["vip"]


async def test_a_segment_is_deleted_with_whom_it_took(pool: Pool) -> None:
    await add_shop(pool)
    saved = await create_segment(pool, "all", "true", SegmentKind.STATIC, CLOCK, "lin")

    await delete_segment(pool, saved.id)

    assert await segments_by_id(pool, [saved.id]) == {}
    assert await pool.fetchval("SELECT count(*) FROM segment_member") == 0
    with pytest.raises(NotFound):
        await delete_segment(pool, saved.id)


async def test_a_rule_whose_feature_has_gone_means_nobody_and_says_so(pool: Pool) -> None:
    [member, *_] = await add_shop(pool)
    saved = await create_segment(pool, "all", "true", SegmentKind.LIVE, CLOCK, "lin")
    await pool.execute("UPDATE segment SET rule = 'member.weather == ''fine'''")
    [broken] = (await segments_by_id(pool, [saved.id])).values()

    assert broken.meant() is None
    assert await explain(pool, broken, member, CLOCK) is None


async def test_a_member_is_explained_by_the_clauses(pool: Pool) -> None:
    ids = await add_shop(pool)
    rule = "member.joined_days < 10 && member.tier == 'silver'"
    saved = await create_segment(pool, "none", rule, SegmentKind.LIVE, CLOCK, "lin")
    taken = await create_segment(pool, "new", "member.joined_days < 10", SegmentKind.STATIC, CLOCK, "lin")

    found, then = await explain(pool, saved, ids[-1], CLOCK), await explain(pool, taken, ids[-20], LATER)

    assert found is not None
    assert then is not None
    assert (found.is_in, [clause.holds for clause in found.clauses][:1]) == (False, [True])
    assert found.clauses[1].holds is not True
    assert (then.is_in, [clause.holds for clause in then.clauses]) == (True, [False])
    assert await explain(pool, saved, new_id(), CLOCK) is None


@pytest.mark.parametrize("kind", list(SegmentKind))
async def test_who_was_merged_or_erased_is_explained_to_be_in_no_segment(pool: Pool, kind: SegmentKind) -> None:
    merged, erased, sound = (await add_shop(pool))[-3:]
    saved = await create_segment(pool, "all", "true", kind, CLOCK, "lin")
    await pool.execute("UPDATE member SET merged_into = $2, linked = true WHERE id = $1", merged, sound)
    await pool.execute("UPDATE member SET erased_at = now() WHERE id = $1", erased)

    found = [await explain(pool, saved, each, CLOCK) for each in (merged, erased, sound)]

    assert [each and each.is_in for each in found] == [False, False, True]


async def test_presets_are_rules_that_tell_members_apart(pool: Pool) -> None:
    await add_shop(pool)
    counts = {
        f"{family}/{preset.key}": await count_members(pool, [compile_rule(preset.rule.text)], CLOCK)
        for family, presets in PRESETS.items()
        for preset in presets
    }

    assert len(counts) == 20
    assert sum(count for key, count in counts.items() if key.startswith("lifecycle/")) == MEMBERS
    ranked = await count_members(pool, [compile_rule("is_set(member.rfm_recency)")], CLOCK)
    assert sum(count for key, count in counts.items() if key.startswith("rfm/")) == ranked > 0
    by_stage = await pool.fetch("SELECT stage, count(*) FROM member_feature GROUP BY stage")
    assert {f"lifecycle/{stage}": count for stage, count in by_stage} == {
        key: count for key, count in counts.items() if key.startswith("lifecycle/") and count
    }


@pytest.mark.parametrize(
    ("rule", "tables"),
    [
        ("true", "member AS m"),
        ("member.tier == 'gold'", "member AS m"),
        ("member.spend_fen > 1", "member_feature AS f"),
        ("member.spend_fen > 1 && 'a' in member.tags", BOTH_TABLES),
    ],
)
def test_no_table_is_read_that_the_rule_does_not_ask(rule: str, tables: str) -> None:
    assert restriction([compile_rule(rule)], CLOCK).tables == tables


def test_what_presets_decide_is_in_no_preset_that_decides_it() -> None:
    decided = {"member.stage", "member.layer", "member.rfm_recency", "member.rfm_frequency", "member.rfm_monetary"}

    assert not decided & BASE_FEATURES.by_name.keys()
    assert decided < MEMBER_FEATURES.by_name.keys()
