"""What merges, and facts about those who were merged, read beside what other facts do."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from siyu.boards import BOARDS, BoardKind
from siyu.db import Connection
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.score_sources import bests_of, earnings_of, spendings_brought, spendings_of, talk_of
from siyu.engine.world import World
from siyu.ledger import Purpose, shop_account_id
from siyu.members import has_aside, load_merges, owners_of, write_merges
from siyu.members.kinship import Kin
from siyu.members.merging import MERGED, UNMERGED, FlowKey, Merge
from siyu.rewards import NAMING_REDEMPTIONS, named_id

MERGING = frozenset({MERGED, UNMERGED})

# Shops that have had their units for longer than merges have none.
OPEN_BETWEEN = """
INSERT INTO account (id, purpose, unit) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING
"""

# What has gone out of the accounts of a member, and of those who were merged into them before, less what has come in.
FLOW = """
SELECT account.unit, lot.expires_at, sum(CASE debit_id WHEN account.id THEN amount ELSE -amount END)::bigint
FROM account JOIN transfer ON (debit_id = account.id OR credit_id = account.id) AND kind = 'merge'
    LEFT JOIN lot ON lot.id = transfer.lot_id
WHERE account.{owner} = ANY($1::uuid[]) GROUP BY 1, 2
"""
FLOW_OF_VALUE, FLOW_OF_DEBT = FLOW.format(owner="member_id"), FLOW.format(owner="debtor_id")

KEEP_FLOW = """
INSERT INTO member_merge_flow (merge_id, unit, expires_at, amount, is_debt)
SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::bigint[], $5::boolean[])
"""
FLOW_BEFORE = "SELECT unit, expires_at, amount, is_debt FROM member_merge_flow WHERE merge_id = $1"
BROUGHT = "SELECT row_key FROM member_merge_row WHERE merge_id = $1 AND moved = 'member.merged_into'"

# A decision's key is used up for the person, whoever of them used it.
ONCE = """
SELECT campaign_id, subject_id, once_key FROM decision
WHERE campaign_id = ANY($1::uuid[]) AND subject_id = ANY($2::uuid[]) AND once_key IS NOT NULL
"""


def members_named(facts: Sequence[ArrivedFact]) -> set[UUID]:
    """Everybody whom a batch has to lock."""
    merged = {UUID(fact.new.data["merged"]) for fact in facts if fact.new.type in MERGING}
    return {fact.new.member_id for fact in facts} | merged


def whole_persons(world: World, facts: Sequence[ArrivedFact]) -> set[UUID]:
    """Everybody whose accounts the facts may move: survivors with those who were merged into them, both of a merge."""
    kin = world.kin
    return kin.whole({kin.person(member_id) for member_id in members_named(facts)} | members_named(facts))


async def redirect(connection: Connection, facts: Sequence[ArrivedFact], kin: Kin) -> Sequence[ArrivedFact]:
    """The facts, with those about merged members taken as their survivors'.

    What a campaign asked for about one whose participation was kept aside is for that. What names a review or
    a redemption is for whoever of the person has it: one that was kept aside is settled like any other.
    """
    if not kin.roots:
        return facts
    own = {fact.new.member_id for fact in facts if fact.pending is not None and fact.new.member_id in kin.roots}
    aside = await has_aside(connection, own) if own else set()
    owners = await owners_of(connection, [row for fact in facts if (row := _named_row(fact)) is not None])
    return [_redirected(fact, kin, aside, owners) for fact in facts]


def _named_row(fact: ArrivedFact) -> UUID | None:
    """The review or redemption that the fact is about."""
    new = fact.new
    if new.verdict is not None:
        return new.verdict.review_id
    return named_id(new.data, "redemption") if new.type in NAMING_REDEMPTIONS else None


def _redirected(
    fact: ArrivedFact, kin: Kin, aside: Collection[tuple[UUID | None, UUID]], owners: Mapping[UUID, UUID]
) -> ArrivedFact:
    member_id, row = fact.new.member_id, _named_row(fact)
    root = kin.person(member_id)
    owner = owners.get(row, root) if row is not None else root
    if kin.person(owner) != root:
        # A stranger's: whoever decides refuses it.
        owner = root
    if fact.pending is not None and (fact.new.campaign_id, member_id) in aside:
        owner = member_id
    return fact if owner == member_id else replace(fact, new=replace(fact.new, member_id=owner))


async def load_once_of_kin(connection: Connection, world: World, campaigns: Collection[UUID]) -> None:
    """What was done once already by somebody who is the same person."""
    absorbed = world.kin.absorbed
    others = [each for members in absorbed.values() for each in members]
    if others and campaigns:
        persons = {each: survivor for survivor, members in absorbed.items() for each in members}
        for campaign_id, subject_id, key in await connection.fetch(ONCE, list(campaigns), others):
            world.once.add((campaign_id, persons[subject_id], key))


async def load_for_merges(connection: Connection, world: World, facts: Sequence[NewFact], lock: bool) -> None:
    """The merges that the members of the one fact are part of, and what would move. A merge is alone in its batch."""
    [new] = facts
    survivor_id, merged_id = new.member_id, UUID(new.data["merged"])
    units, merges, zone = sorted(world.routes.units), world.merges, world.zone.key
    if lock:
        ids = [shop_account_id(Purpose.MERGE, unit) for unit in units]
        await connection.execute(OPEN_BETWEEN, ids, [Purpose.MERGE.value] * len(units), units)
    await load_merges(connection, merges, survivor_id, merged_id)
    made = merges.get(UUID(new.data["merge"])) if new.type == UNMERGED else None
    if new.type == UNMERGED and (made is None or made.survivor_id != survivor_id or made.merged_id != merged_id):
        return
    brought = [merged_id, *await _brought(connection, made, world.kin, merged_id)]
    staying = [each for each in (survivor_id, *world.kin.absorbed.get(survivor_id, ())) if each not in brought]
    merges.flow, merges.owed_flow = await _flow(connection, brought, made)
    merges.sums = [*await earnings_of(connection, brought, zone), *await talk_of(connection, brought, zone)]
    if made is None:
        merges.sums += await spendings_of(connection, merged_id, zone)
    else:
        merges.sums += await spendings_brought(connection, made.id, zone)
    merges.merged_bests = [each for each in await bests_of(connection, brought, zone) if _is_best(each[0])]
    merges.survivor_bests = [each for each in await bests_of(connection, staying, zone) if _is_best(each[0])]


def _is_best(board: str) -> bool:
    return board in BOARDS and BOARDS[board].kind is BoardKind.BEST


async def _brought(connection: Connection, made: Merge | None, kin: Kin, merged_id: UUID) -> Sequence[UUID]:
    """Who came along: those that had been merged into the merged member."""
    if made is None:
        return kin.absorbed.get(merged_id, ())
    return [row[0] for row in await connection.fetch(BROUGHT, made.id)]


async def _flow(
    connection: Connection, members: Sequence[UUID], made: Merge | None
) -> tuple[dict[FlowKey, int], dict[str, int]]:
    """By unit and expiry; since the merge where it was made, else all there ever was."""
    value: Counter[tuple[str, datetime | None]] = Counter()
    owed: Counter[str] = Counter()
    for unit, expires_at, amount in await connection.fetch(FLOW_OF_VALUE, members):
        value[unit, expires_at] += amount
    for unit, _, amount in await connection.fetch(FLOW_OF_DEBT, members):
        # A debt goes the other way than value does.
        owed[unit] -= amount
    if made is not None:
        for unit, expires_at, amount, is_debt in await connection.fetch(FLOW_BEFORE, made.id):
            if is_debt:
                owed[unit] -= amount
            else:
                value[unit, expires_at] -= amount
    return dict(value), dict(owed)


async def write_for_merges(connection: Connection, world: World) -> None:
    """Move the rows; `flow` of a new merge is what there was before it."""
    merges = world.merges
    if merges.new is None and merges.undone is None:
        return
    await write_merges(connection, merges)
    if merges.new is not None:
        rows = [(unit, moment, amount, False) for (unit, moment), amount in merges.flow.items() if amount]
        rows += [(unit, None, amount, True) for unit, amount in merges.owed_flow.items() if amount]
        if rows:
            await connection.execute(KEEP_FLOW, merges.new.id, *map(list, zip(*rows, strict=True)))
