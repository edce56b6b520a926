"""How far a campaign has spread, in SQL and told again in Python; deep chains and wide fans end, and read little."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from siyu.campaigns.spread import campaign_spread
from siyu.db import Pool, open_database
from siyu.ids import new_id
from siyu.members.invitation_queries import InvitationTree, invitation_tree
from siyu.members.invitation_store import COLUMNS
from tests.factories import LONG_AGO, add_campaign

ROWS_READ = """
SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'invitation'
"""
# For each invitation that there is.
READS_MAX = 20
# Of each member, the place of the one who invited them; a root's is None.
Tree = Sequence[int | None]


def chain(members: int) -> Tree:
    """Each invited by the one before."""
    return [None, *range(members)]


def fan(members: int) -> Tree:
    """All invited by one."""
    return [None, *[0] * members]


def chain_and_fan(members: int) -> Tree:
    """Half of them a chain, and the last of it has invited the other half."""
    half = members // 2
    return [*chain(half), *[half] * (members - half)]


def at_random(members: int, random: Random) -> Tree:
    """Each invited by somebody who came before, or now and then by nobody."""
    return [None, *(None if random.random() < 0.05 else random.randrange(place + 1) for place in range(members))]


async def plant(pool: Pool, campaign: UUID, tree: Tree) -> list[UUID]:
    """Write the members and the invitations, and an order of every other member."""
    ids = [new_id() for _ in tree]
    moments = [LONG_AGO + timedelta(seconds=place) for place in range(len(tree))]
    invited = [(place, by) for place, by in enumerate(tree) if by is not None]
    ordered = range(0, len(tree), 2)
    async with pool.acquire() as connection, connection.transaction():
        await connection.copy_records_to_table(
            "member", records=zip(ids, moments, strict=True), columns=("id", "joined_at")
        )
        await connection.copy_records_to_table(
            "invitation",
            records=[
                (ids[place], new_id(), moments[place], ids[by], moments[by], campaign, new_id(), moments[place])
                for place, by in invited
            ],
            columns=COLUMNS,
        )
        await connection.copy_records_to_table(
            "shop_order",
            records=[(new_id(), f"{campaign.hex}/{place}", ids[place], 100, 0, moments[place]) for place in ordered],
            columns=("id", "number", "member_id", "amount_fen", "refunded_fen", "paid_at"),
        )
    return ids


def expected(tree: Tree) -> InvitationTree:
    """The same in one pass: everybody comes after their inviter."""
    depths: list[int] = []
    for by in tree:
        depths.append(0 if by is None else depths[by] + 1)
    invited = [place for place, by in enumerate(tree) if by is not None]
    inviters = {tree[place] for place in invited}
    return InvitationTree(len(invited), len(inviters), max(depths), sum(place % 2 == 0 for place in invited))


@pytest.mark.parametrize(
    "tree",
    [[None], fan(1), chain(30), fan(30), chain_and_fan(40), *(at_random(50, Random(seed)) for seed in range(5))],  # noqa: S311 - a seed
    ids=lambda tree: f"{len(tree)} members",
)
async def test_the_tree_is_what_plain_python_says(pool: Pool, tree: Tree) -> None:
    campaign = await add_campaign(pool, "inviting")
    await plant(pool, campaign, tree)

    assert await invitation_tree(pool, campaign) == expected(tree)


async def test_a_chain_that_another_campaign_has_cut_counts_on_each_side(pool: Pool) -> None:
    ours, theirs = [await add_campaign(pool, "inviting") for _ in range(2)]
    ids = await plant(pool, ours, [None] * 6)
    write = """
    INSERT INTO invitation
    SELECT member.id, gen_random_uuid(), member.joined_at, inviter.id, inviter.joined_at, $3, gen_random_uuid(), now()
    FROM member, member AS inviter WHERE member.id = $1 AND inviter.id = $2
    """

    for place, campaign in ((1, ours), (2, ours), (3, theirs), (4, ours), (5, theirs)):
        await pool.execute(write, ids[place], ids[place - 1], campaign)

    assert [(await invitation_tree(pool, campaign)).depth for campaign in (ours, theirs)] == [2, 1]


async def rows_read(pool: Pool) -> int:
    """How many invitations the database has read, also what the pool's one connection has not told yet."""
    await pool.execute("SELECT pg_stat_force_next_flush()")
    count: int = await pool.fetchval(ROWS_READ)
    return count


@pytest.mark.parametrize("tree", [chain(5_000), fan(5_000), chain_and_fan(5_000)], ids=["chain", "fan", "both"])
async def test_thousands_deep_and_wide_are_read_a_few_times_each(pool: Pool, database_url: str, tree: Tree) -> None:
    await plant(pool, await add_campaign(pool, "inviting"), chain(500))
    # What the database knows of the table is what another campaign looked like.
    await pool.execute("ANALYZE invitation")
    campaign = await add_campaign(pool, "inviting")
    await plant(pool, campaign, tree)

    async with open_database(database_url, 1) as alone:
        before = await rows_read(alone)
        spread = await campaign_spread(alone, campaign)
        read = await rows_read(alone) - before

    assert spread.tree == expected(tree)
    # To look through the table for each of its rows would read tens of millions.
    assert read < READS_MAX * len(tree)
