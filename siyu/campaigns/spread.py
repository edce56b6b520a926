"""How far a campaign has spread by invitations, and at what cost: read from the tables, not kept."""

from dataclasses import dataclass
from uuid import UUID

from siyu.db import Pool
from siyu.members.invitation_queries import InvitationTree, invitation_tree

# What the campaign granted and has not taken back.
GIVEN = """
SELECT issuer.unit, sum(CASE transfer.kind WHEN 'grant' THEN amount ELSE -amount END)::bigint
FROM account AS issuer
JOIN transfer ON issuer.id IN (transfer.debit_id, transfer.credit_id) AND transfer.kind IN ('grant', 'reverse')
WHERE issuer.campaign_id = $1
GROUP BY issuer.unit ORDER BY issuer.unit
"""


@dataclass(frozen=True, slots=True)
class SpreadCost:
    """What a campaign has given of a unit and not taken back, to whomever; `per_member` invited, None where nobody is.

    No unit is turned into another: what a point costs is for the shop to say.
    """

    unit: str
    given: int
    per_member: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """The tree of a campaign's invitations; `coefficient` is how many each inviter brought, None without any."""

    tree: InvitationTree
    coefficient: float | None
    costs: tuple[SpreadCost, ...]


async def campaign_spread(pool: Pool, campaign_id: UUID) -> Spread:
    """The spread so far. Reads every invitation and transfer of the campaign."""
    tree = await invitation_tree(pool, campaign_id)
    costs = [
        SpreadCost(unit, given, given / tree.members if tree.members else None)
        for unit, given in await pool.fetch(GIVEN, campaign_id)
    ]
    return Spread(tree, tree.members / tree.inviters if tree.inviters else None, tuple(costs))
