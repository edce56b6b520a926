"""Members' tags: of several families at once, until a time, by hand and by whoever asks for them."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import asyncpg
import pytest

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from siyu.ids import new_id
from siyu.members import write_tags
from siyu.members.service import FeatureChanges, ProfileChanges, update_profile
from siyu.members.tag_expiry import expire_tags
from siyu.members.tag_queries import tag_page, tags_of_members
from siyu.members.tagging import Setting, tag_member, untag_member
from siyu.members.tags import TagChange, TagFamily
from siyu.sdk.audience import LABELS_MAX
from tests.clock import NOON
from tests.factories import add_members

HOUR = timedelta(hours=1)
BY_HAND = Setting(TagFamily.MANUAL, "lin", NOON)
TAGS = "SELECT tags FROM member WHERE id = $1"
ROUNDS, STEPS = 12, 15


async def tags_of(pool: Pool, member: UUID) -> list[str]:
    """The tags that rules read."""
    return list(await pool.fetchval(TAGS, member))


async def families_of(pool: Pool, member: UUID) -> list[tuple[str, TagFamily]]:
    """Where the member's tags come from."""
    return [(tag.name, tag.family) for tag in (await tags_of_members(pool, [member])).get(member, [])]


async def write(pool: Pool, *changes: TagChange) -> None:
    """Write changes in a transaction of their own."""
    async with pool.acquire() as connection, connection.transaction():
        await write_tags(connection, changes)


Had = dict[tuple[UUID, str, TagFamily], datetime | None]


def some_changes(random: Random, members: list[UUID], now: datetime) -> list[TagChange]:
    """Up to two tags of each member given or taken."""
    changes = []
    for member in members:
        for tag in random.sample("abc", random.randint(0, 2)):
            given = random.random() < 0.6
            family = random.choice([TagFamily.MANUAL, TagFamily.IMPORTED, TagFamily.RULE, None])
            lasts = not given or family is TagFamily.RULE or random.random() < 0.5
            until = None if lasts else now + random.randint(1, 4) * HOUR
            changes.append(TagChange(member, tag, given, family, "lin", now, until))
    return changes


def change_model(had: Had, changes: list[TagChange]) -> None:
    """The same for what members are expected to have."""
    for change in changes:
        if change.given:
            had[change.member_id, change.tag, change.family or TagFamily.CAMPAIGN] = change.expires_at
        else:
            for family in TagFamily if change.family is None else [change.family]:
                had.pop((change.member_id, change.tag, family), None)


async def test_whatever_is_set_and_taken_and_expires_a_member_has_what_some_family_gives(pool: Pool) -> None:
    random = Random(6)  # noqa: S311 - a test's
    for _ in range(ROUNDS):
        members, had = await add_members(pool, 2), Had()
        for step in range(STEPS):
            now = NOON + step * HOUR
            changes = some_changes(random, members, now)
            await write(pool, *changes)
            change_model(had, changes)
            if random.random() < 0.5:
                while not await expire_tags(pool, lambda at=now: at):  # type: ignore[misc]  # of this step
                    pass
                had = {key: until for key, until in had.items() if until is None or until > now}
            for member in members:
                assert sorted(await tags_of(pool, member)) == sorted({tag for id_, tag, _ in had if id_ == member})
                assert set(await families_of(pool, member)) == {(tag, of) for id_, tag, of in had if id_ == member}


async def test_a_tag_from_two_families_stays_until_both_have_gone(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await write(pool, TagChange(member, "tea", True, TagFamily.RULE), TagChange(member, "new", True))
    await tag_member(pool, member, ["tea"], BY_HAND._replace(expires_at=NOON + HOUR))

    await write(pool, TagChange(member, "tea", False, TagFamily.RULE))
    after_the_rule = await tags_of(pool, member)
    for at in (NOON + HOUR / 2, NOON + HOUR):
        await expire_tags(pool, lambda at=at: at)  # type: ignore[misc]  # of this step

    assert after_the_rule == ["tea", "new"]
    assert await families_of(pool, member) == [("new", TagFamily.CAMPAIGN)]
    assert await tags_of(pool, member) == ["new"]


async def test_what_is_lengthened_while_it_expires_stays(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await tag_member(pool, member, ["tea"], BY_HAND._replace(expires_at=NOON + HOUR))
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM member FOR NO KEY UPDATE")
        await write_tags(connection, [TagChange(member, "tea", True, TagFamily.MANUAL, "lin", NOON, NOON + 9 * HOUR)])
        expiring = asyncio.ensure_future(expire_tags(pool, lambda: NOON + 2 * HOUR))
        await asyncio.wait([expiring], timeout=0.2)
        await transaction.commit()
    await expiring

    assert await tags_of(pool, member) == ["tea"]


async def test_a_list_by_hand_leaves_what_rules_give(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await tag_member(pool, member, ["old", "both"], BY_HAND._replace(family=TagFamily.IMPORTED))
    await write(pool, *(TagChange(member, tag, True, TagFamily.RULE) for tag in ("rule", "both")))

    row = await update_profile(pool, member, ProfileChanges(), FeatureChanges(tags=["mine"]), author="lin", now=NOON)

    assert sorted(row.tags) == ["both", "mine", "rule"]
    assert {("mine", TagFamily.MANUAL), ("rule", TagFamily.RULE), ("both", TagFamily.RULE)} == set(
        await families_of(pool, member)
    )


async def test_what_only_a_rule_gives_is_not_taken_by_hand(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await write(pool, *(TagChange(member, tag, True, TagFamily.RULE) for tag in ("rule", "both")))
    await tag_member(pool, member, ["both", "mine"], BY_HAND)

    with pytest.raises(InvalidInput, match="a rule gives it"):
        await untag_member(pool, member, ["rule", "mine"])
    row = await untag_member(pool, member, ["both", "mine", "never had"])

    assert sorted(row.tags) == ["both", "rule"]
    assert {family for _, family in await families_of(pool, member)} == {TagFamily.RULE}


async def test_a_member_has_so_many_tags_and_no_more_whoever_sets_them(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await tag_member(pool, member, [str(number) for number in range(LABELS_MAX)], BY_HAND)

    await tag_member(pool, member, ["5"], BY_HAND._replace(family=TagFamily.IMPORTED))
    with pytest.raises(InvalidInput, match="at most 64"):
        await tag_member(pool, member, ["one more"], BY_HAND)

    assert len(await tags_of(pool, member)) == LABELS_MAX


@pytest.mark.parametrize(
    ("tags", "setting"),
    [
        ([], BY_HAND),
        ([""], BY_HAND),
        (["x" * 33], BY_HAND),
        (["tea"], BY_HAND._replace(family=TagFamily.RULE)),
        (["tea"], BY_HAND._replace(family=TagFamily.CAMPAIGN)),
        (["tea"], BY_HAND._replace(expires_at=NOON)),
    ],
    ids=["none", "empty", "long", "a rule's", "a campaign's", "over already"],
)
async def test_what_cannot_be_set_is_refused(pool: Pool, tags: list[str], setting: Setting) -> None:
    [member] = await add_members(pool, 1)

    with pytest.raises(InvalidInput):
        await tag_member(pool, member, tags, setting)

    assert await tags_of(pool, member) == []


async def test_nobody_is_not_tagged(pool: Pool) -> None:
    with pytest.raises(NotFound):
        await tag_member(pool, new_id(), ["tea"], BY_HAND)
    with pytest.raises(NotFound):
        await untag_member(pool, new_id(), ["tea"])
    with pytest.raises(NotFound):
        await update_profile(pool, new_id(), ProfileChanges(), FeatureChanges(tags=["tea"]))


async def test_tags_are_listed_with_how_many_have_them(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    await tag_member(pool, first, ["b", "a"], BY_HAND)
    await tag_member(pool, second, ["a"], BY_HAND)
    await tag_member(pool, second, ["a", "c"], BY_HAND._replace(family=TagFamily.IMPORTED))

    page = await tag_page(pool, 2, None)
    rest = await tag_page(pool, 2, "b")

    assert [(use.name, dict(use.members)) for use in page.rows] == [
        ("a", {TagFamily.MANUAL: 2, TagFamily.IMPORTED: 1}),
        ("b", {TagFamily.MANUAL: 1}),
    ]
    assert (page.has_more, [use.name for use in rest.rows], rest.has_more) == (True, ["c"], False)


@pytest.mark.parametrize(
    "row",
    ["'', 'manual', NULL", "'a', 'hearsay', NULL", "'a', 'manual', now()", "'a', 'rule', now() + interval '1 day'"],
    ids=["empty", "no family", "over", "a rule's that ends"],
)
async def test_the_database_refuses_tags_that_cannot_be(pool: Pool, row: str) -> None:
    [member] = await add_members(pool, 1)
    tag, family, until = row.split(", ", 2)

    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "INSERT INTO member_tag (member_id, tag, family, set_by, set_at, expires_at)"
            f" VALUES ($1, {tag}, {family}, 'x', now(), {until})",
            member,
        )
