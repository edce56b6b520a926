"""A hundred thousand invitations, as deep and as wide as they can be, are read in less than a second."""

import time
from random import Random

import pytest

from siyu.campaigns.spread import campaign_spread
from siyu.db import Pool
from tests.factories import add_campaign
from tests.siyu.members.test_invitation_tree import Tree, at_random, chain, chain_and_fan, expected, fan, plant

MEMBERS = 100_000
READ_S_MAX = 1.0


@pytest.mark.prove
@pytest.mark.parametrize(
    "tree",
    [chain(MEMBERS), fan(MEMBERS), chain_and_fan(MEMBERS), at_random(MEMBERS, Random(7))],  # noqa: S311 - a seed
    ids=["chain", "fan", "both", "random"],
)
async def test_the_spread_of_a_hundred_thousand_is_read_in_a_second(
    pool: Pool, tree: Tree, request: pytest.FixtureRequest
) -> None:
    campaign = await add_campaign(pool, "inviting")
    await plant(pool, campaign, tree)
    start = time.monotonic()

    spread = await campaign_spread(pool, campaign)

    seconds = time.monotonic() - start
    print(f"{request.node.name}: {spread.tree.members:,} members, depth {spread.tree.depth:,}, {seconds:.3f} s")
    assert spread.tree == expected(tree)
    assert seconds < READ_S_MAX
