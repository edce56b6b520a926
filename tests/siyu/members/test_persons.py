"""One person who was several members: erased as one, shown as one, asked as one, and in a group once."""

from datetime import timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.dossier import read_some
from siyu.engine import is_erased
from siyu.engine.timeline import TimelineWanted, timeline_pages
from siyu.errors import NotFound
from siyu.members.attributes import AttributeChange, AttributeType, attributes_of, change_attributes
from siyu.members.consents import ConsentSource, Purpose, Said, consent_pages, consents_of, note_consents
from siyu.members.erasure_requests import ask_for_erasure, call_off_erasure, waiting_erasures
from siyu.members.invitation_levels import TreeWanted, depths_of, levels_below
from siyu.members.queries import MembersWanted, member_id_of, member_page
from siyu.members.service import member_known_by, update_profile
from siyu.metrics.analytics.tables import source_sql
from siyu.metrics.keeping import keep_everything
from siyu.metrics.statements import JOINED
from siyu.paging import NewestWanted
from siyu.privacy import PersonalField
from siyu.privacy.revealing import Wish, masked_of, own_values, reveal, revelation_page
from siyu.privacy.store import PersonalChanges
from siyu.rules import RuleClock
from siyu.segments.exporting import exporting
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, add_members, new_vault, paid
from tests.siyu.engine.test_erasing import A_GROUP, A_TOUCH, CANARY, NUMBER, Shop, rows_with
from tests.siyu.engine.wallets import NOON, code, violations
from tests.siyu.groups.shop import add_group, groups_of, joined, left, size_of, standing
from tests.siyu.members.people import merge, merge_of, rows, undo
from tests.siyu.members.test_invitation_tree import plant

PHONE, NAME = PersonalField.PHONE, PersonalField.REAL_NAME
MARKETING = Purpose.MARKETING
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(pool: Pool) -> Shop:
    return Shop(pool, new_vault())


async def merged_with_all(pool: Pool, shop: Shop) -> tuple[UUID, UUID, UUID]:
    """A survivor, one with all there is who was merged into them, and the merge; both are in one group."""
    merged, _ = await shop.everything()
    [survivor] = await add_members(pool, 1)
    await pool.execute(A_GROUP, merged)
    for who in (merged, survivor):
        await shop.engine.submit(joined(who, "tea", shop.now, source=CANARY))
    await pool.execute(A_TOUCH.replace("'scan'", f"'{CANARY}'"), merged, merged, shop.now)
    await change_attributes(pool, merged, [AttributeChange("pet", AttributeType.TEXT, CANARY)], shop.now)
    data = {"merged": str(merged), "reason": CANARY, "made_by": "lin"}
    return survivor, merged, merge_of(await shop.ask("member.merged", survivor, **data))


async def test_erasing_a_survivor_leaves_nothing_of_whoever_was_merged(pool: Pool, shop: Shop) -> None:
    survivor, merged, made = await merged_with_all(pool, shop)
    [last] = await add_members(pool, 1)
    merge_of(await merge(shop.engine, last, survivor))
    cipher = await pool.fetchval("SELECT encode(cipher, 'hex') FROM personal WHERE field = 'phone'")
    # As where the survivor had one of the same: it is kept aside.
    for table in ("redemption", "coupon"):
        await pool.execute(f"UPDATE {table} SET member_id = $1", merged)
    assert set(await rows_with(pool, CANARY, NUMBER)) >= {"member", "fact", "member_merge", "member_attribute", "touch"}
    assert await violations(pool) == []

    assert await shop.erase(merged) is None

    assert await rows_with(pool, CANARY, NUMBER, cipher) == []
    assert [await is_erased(pool, each) for each in (survivor, merged, last)] == [True] * 3
    for table in ("identity", "personal", "session", "message", "touch", "member_tag", "member_attribute"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert [await shop.balance(each) for each in (survivor, merged, last)] == [0, 0, 0]
    assert await shop.states("coupon") == ["revoked", "revoked"]
    assert await shop.states("redemption") == ["cancelled", "cancelled"]
    assert (await size_of(pool, "tea"), await shop.erase(last)) == (0, None)
    assert await violations(pool) == []
    [other] = await add_members(pool, 1)
    assert code(await merge(shop.engine, other, merged)) == "MEMBER_ERASED"
    assert code(await merge(shop.engine, other, last)) == "MEMBER_ERASED"
    for refused in (undo(shop.engine, survivor, merged, made), merge(shop.engine, last, other)):
        with pytest.raises(NotFound):
            await refused


async def test_erasing_one_of_two_again_leaves_the_other(pool: Pool, shop: Shop) -> None:
    survivor, merged, made = await merged_with_all(pool, shop)
    assert code(await undo(shop.engine, survivor, merged, made)) is None

    assert await shop.erase(merged) is None

    assert [await is_erased(pool, each) for each in (survivor, merged)] == [False, True]
    assert (
        await pool.fetchval("SELECT count(*) FROM membership WHERE left_at IS NULL AND member_id = $1", survivor) == 1
    )
    assert await rows_with(pool, NUMBER) == []
    kept = await pool.fetch("SELECT reason, survivor_before::text FROM member_merge")
    assert [tuple(row) for row in kept] == [("", "{}")]
    assert await violations(pool) == []


async def test_a_request_of_either_is_one_of_the_person(pool: Pool, shop: Shop) -> None:
    survivor, merged = await add_members(pool, 2)
    first = await ask_for_erasure(pool, merged, "member/x", shop.now)
    merge_of(await merge(shop.engine, survivor, merged))
    later = await ask_for_erasure(pool, merged, "member/x", shop.now + HOUR)

    assert later.member_id == survivor
    assert (await waiting_erasures(pool, [survivor]))[survivor].due_at == first.due_at
    await call_off_erasure(pool, survivor, "member/x", shop.now)
    assert await waiting_erasures(pool, [survivor]) == {}
    assert await shop.states("erasure_request") == ["called_off", "called_off"]


async def test_what_is_sealed_to_the_merged_one_is_the_persons(pool: Pool, shop: Shop) -> None:
    vault = shop.vault
    merged = await member_known_by(pool, "phone", NUMBER, LONG_AGO, vault)
    await update_profile(pool, merged, {}, personal=PersonalChanges(vault, {NAME: "张小红"}))
    [survivor] = await add_members(pool, 1)
    made = merge_of(await merge(shop.engine, survivor, merged))

    assert (await masked_of(pool, vault, [survivor]))[survivor] == {PHONE: "138****5678", NAME: "张**"}
    assert await own_values(pool, vault, survivor) == {PHONE: f"+86{NUMBER}", NAME: "张小红"}
    wish = Wish(merged, (PHONE,), "the parcel came back", "operator/lin")
    assert await reveal(pool, vault, wish, shop.now) == {PHONE: f"+86{NUMBER}"}
    assert [row.member_id for row in (await revelation_page(pool, survivor, 9)).rows] == [survivor]
    assert await member_id_of(pool, "phone", NUMBER, vault) == survivor
    by_name = [(NAME, [index.value for index in vault.indexes(NAME, "张小红")])]
    assert [row.id for row in (await member_page(pool, MembersWanted(9), by_name)).rows] == [survivor]

    await update_profile(pool, merged, {}, personal=PersonalChanges(vault, {NAME: "李雷"}))
    assert (await own_values(pool, vault, survivor))[NAME] == "李雷"
    await update_profile(pool, survivor, {}, personal=PersonalChanges(vault, {PHONE: None}))
    assert await own_values(pool, vault, survivor) == {NAME: "李雷"}
    assert code(await undo(shop.engine, survivor, merged, made)) is None
    assert (await own_values(pool, vault, survivor), await own_values(pool, vault, merged)) == (
        {NAME: "李雷"},
        {NAME: "张小红"},
    )


async def test_the_last_word_of_the_person_is_the_one_that_holds(pool: Pool, shop: Shop) -> None:
    survivor, merged = await add_members(pool, 2)

    async def say(who: UUID, given: bool, purpose: Purpose = MARKETING) -> None:
        said = Said([purpose], given, "v1", ConsentSource.STORE, "lin")
        await note_consents(pool, who, said, shop.now)

    async def agreed() -> list[list[str]]:
        known = await pool.fetch(
            "SELECT consents FROM member WHERE id = ANY($1::uuid[]) ORDER BY id", [survivor, merged]
        )
        return [row[0] for row in known]

    assert survivor < merged
    await say(survivor, given=True)
    await say(merged, given=False)
    await say(merged, given=True, purpose=Purpose.PHOTOS)
    before = await agreed()
    made = merge_of(await merge(shop.engine, survivor, merged))

    assert (await agreed())[0] == ["photos"]
    held = {row.purpose: row.given for row in (await consents_of(pool, [survivor]))[survivor]}
    assert held == {MARKETING: False, Purpose.PHOTOS: True}
    [history] = await consent_pages(pool, [NewestWanted(survivor, 9, None)])
    assert [row.given for row in history.rows] == [True, False, True]
    # An old id is the person's, who may say yes again.
    await say(merged, given=True)
    assert (await agreed())[0] == ["marketing", "photos"]
    assert code(await undo(shop.engine, survivor, merged, made)) is None
    assert (await agreed(), before) == ([["marketing"], ["photos"]],) * 2


async def test_two_places_in_a_group_are_one_and_two_again(pool: Pool, shop: Shop) -> None:
    survivor, merged = await add_members(pool, 2)
    engine = shop.engine
    for key in ("both", "again", "asked", "never"):
        await add_group(pool, key, capacity=2)
    for fact in (
        joined(merged, "both", NOON - 2 * HOUR, role="koc"),
        joined(survivor, "both", NOON - HOUR),
        joined(survivor, "again", NOON - 3 * HOUR),
        left(survivor, "again", NOON - 2 * HOUR),
        joined(merged, "again", NOON - HOUR),
        joined(survivor, "never", NOON - HOUR),
    ):
        await engine.submit(fact)
    asked = joined(merged, "asked", NOON - HOUR)
    await engine.submit(asked)
    await pool.execute(
        "UPDATE membership SET inviter_id = $1 WHERE joined_at = $2 AND member_id = $3 AND role = 'member'"
        " AND community_id = (SELECT id FROM community WHERE key = 'asked')",
        survivor,
        NOON - HOUR,
        merged,
    )
    before = await rows(pool)
    made = merge_of(await merge(engine, survivor, merged))

    assert await standing(pool, "both", survivor) == (NOON - 2 * HOUR, None, "koc")
    assert await standing(pool, "again", survivor) == (NOON - HOUR, None, "member")
    assert await standing(pool, "asked", survivor) == (NOON - HOUR, None, "member")
    assert await pool.fetchval("SELECT count(*) FROM membership WHERE member_id = $1", merged) == 0
    assert [await size_of(pool, key) for key in ("both", "again", "asked", "never")] == [1, 1, 1, 1]
    assert set(await groups_of(pool, survivor)) == {"both", "again", "asked", "never"}
    assert code(await undo(engine, survivor, merged, made)) is None
    assert await rows(pool) == before
    assert [await size_of(pool, key) for key in ("both", "again", "asked", "never")] == [2, 1, 1, 1]


async def test_undoing_puts_nobody_out_of_a_full_group(pool: Pool, shop: Shop) -> None:
    survivor, merged, newcomer = await add_members(pool, 3)
    await add_group(pool, "small", capacity=2)
    for who in (survivor, merged):
        await shop.engine.submit(joined(who, "small", NOON - HOUR))
    made = merge_of(await merge(shop.engine, survivor, merged))
    assert not any(map(code, (await shop.engine.submit(joined(newcomer, "small", NOON))).decisions))

    assert code(await undo(shop.engine, survivor, merged, made)) is None

    assert await pool.fetchrow("SELECT member_count, capacity FROM community") == (3, 3)


async def test_attributes_of_both_are_the_persons(pool: Pool, shop: Shop) -> None:
    survivor, merged = await add_members(pool, 2)

    async def put(who: UUID, **values: str) -> None:
        changes = [AttributeChange(key, AttributeType.TEXT, value) for key, value in values.items()]
        await change_attributes(pool, who, changes, shop.now)

    async def known(who: UUID) -> dict[str, str]:
        return {row.key: row.value for row in (await attributes_of(pool, [who]))[who]}

    await put(survivor, pet="cat")
    await put(merged, pet="dog", size="L")
    made = merge_of(await merge(shop.engine, survivor, merged))
    assert await known(survivor) == {"pet": "cat", "size": "L"}
    await put(merged, shoe="40")
    assert await known(survivor) == {"pet": "cat", "size": "L", "shoe": "40"}
    assert code(await undo(shop.engine, survivor, merged, made)) is None
    assert (await known(survivor), await known(merged)) == ({"pet": "cat", "shoe": "40"}, {"pet": "dog", "size": "L"})


async def test_what_is_read_of_a_survivor_is_of_the_person(pool: Pool, shop: Shop) -> None:
    survivor, merged = await add_members(pool, 2)
    for place, who in enumerate((survivor, merged, survivor)):
        await shop.engine.submit(paid(who, f"A-{place}", 500, shop.now + place * HOUR))
    merge_of(await merge(shop.engine, survivor, merged))

    told = {part.table: part.rows for part in await read_some(pool, merged) or ()}
    assert told == {part.table: part.rows for part in await read_some(pool, survivor) or ()}
    assert [len(told[table]) for table in ("member", "shop_order")] == [2, 3]
    [page] = await timeline_pages(pool, [TimelineWanted(survivor, 9, None)])
    moments = [row.at for row in page.rows if row.type == "order.paid"]
    assert moments == [shop.now + 2 * HOUR, shop.now + HOUR, shop.now]
    [first] = await timeline_pages(pool, [TimelineWanted(survivor, 2, None)])
    [rest] = await timeline_pages(pool, [TimelineWanted(survivor, 9, (first.rows[-1].at, first.rows[-1].fact_id))])
    assert (*first.rows, *rest.rows) == page.rows
    for table, expected in (("members", 1), ("orders", 3)):
        found = await pool.fetch(f"SELECT member FROM ({source_sql(table, SHANGHAI)}) AS t")
        assert [row[0] for row in found] == [survivor] * expected, table
    assert (
        await pool.fetchval(f"SELECT count(*) FROM ({source_sql('facts', SHANGHAI)}) AS t WHERE member = $1", merged)
        == 0
    )
    clock = RuleClock(shop.now, SHANGHAI)
    async with exporting(pool, "shop", None, clock) as export:
        assert ([row.id async for rows in export.rows() for row in rows], export.total) == ([survivor], 1)
    await keep_everything(pool, SHANGHAI, shop.now)
    assert [row[0] for row in await pool.fetch("SELECT DISTINCT member_id FROM metric_member_day")] == [survivor]
    assert await pool.fetchval("SELECT sum(orders) FROM metric_member_day") == 3
    day = shop.now.date()
    assert [row[2] for row in await pool.fetch(JOINED[None], day, day, SHANGHAI.key)] == [1]


async def test_levels_of_invitations_are_of_persons(pool: Pool, shop: Shop) -> None:
    root, first, second, below = await plant(pool, await add_campaign(pool, "invite"), [None, 0, 0, 2])
    merge_of(await merge(shop.engine, first, second))

    [levels] = await levels_below(pool, [TreeWanted(root, 5, 9)])
    assert [(each.level, each.members, list(each.newest)) for each in levels] == [(1, 1, [first]), (2, 1, [below])]
    assert await depths_of(pool, [root, first, below]) == {root: 0, first: 1, below: 2}
