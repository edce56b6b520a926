"""What must hold of a group-buy once all its teams are decided, read from the tables and counted by hand."""

from collections import Counter
from typing import Any, NamedTuple

import orjson

from tests.plugins.team_shop import TeamShop

ORDERS = """
SELECT number, amount_fen, refunded_fen, coalesce(asked_fen, 0) AS asked_fen
FROM shop_order LEFT JOIN refund_request ON order_id = shop_order.id
"""


class Ended(NamedTuple):
    """How it ended: teams by outcome, orders that bought and orders that went back."""

    teams: Counter[str]
    bought: int
    went_back: int


async def audit(shop: TeamShop, seats_per_member: int = 1) -> Ended:
    """Look at everything. Raises AssertionError where somebody's money or seat is in no path, or in two."""
    rows = await shop.pool.fetch("SELECT subject_id, team, state FROM participation")
    teams = {row["team"]: orjson.loads(row["state"]) for row in rows if row["team"] is not None}
    members = {str(row["subject_id"]): orjson.loads(row["state"]) for row in rows if row["team"] is None}
    bought = look_at_teams(teams, members)
    went_back = await look_at_orders(shop, members)
    for state in members.values():
        assert sum(seat["status"] == "bought" for seat in state["seats"]) <= seats_per_member
        assert all(seat["late"] == [] for seat in state["seats"])
    assert await shop.stock() == (bought, 0)
    assert (await shop.pending(), await shop.unreconciled()) == (0, [])
    await shop.verify()
    kept = sum(seat["status"] == "bought" for state in members.values() for seat in state["seats"])
    return Ended(Counter(team["outcome"] for team in teams.values()), kept, went_back)


def look_at_teams(teams: dict[str, Any], members: dict[str, Any]) -> int:
    """Every team is decided, and each member's own seat says the same; how many units were bought by teams."""
    bought = 0
    for key, team in teams.items():
        assert team["outcome"] in {"succeeded", "failed"}
        inside = [seat["member"] for seat in team["seats"]]
        assert len(set(inside)) == len(inside) <= team["sizes"][-1]
        statuses = {member: own["status"] for member in members for own in seats_in(members, member, key)}
        if team["outcome"] == "failed":
            assert set(statuses.values()) <= {"left", "expired", "refunded"}
            continue
        payers = [seat["member"] for seat in team["seats"] if seat["paid"]]
        assert team["reached"] == max(size for size in team["sizes"] if size <= len(payers))
        # Those whose money went back after the success are among them.
        assert {statuses[member] for member in payers} <= {"bought", "refunded"}
        assert [member for member, status in statuses.items() if status == "bought" and member not in payers] == []
        bought += len(payers)
    return bought


def seats_in(members: dict[str, Any], member: str, team: str) -> list[dict[str, Any]]:
    """A member's own record of a team: one, or none."""
    return [seat for seat in members[member]["seats"] if seat["team"] == team]


async def look_at_orders(shop: TeamShop, members: dict[str, Any]) -> int:
    """Every order bought exactly one seat or goes back whole; how many go back."""
    seated = Counter(
        seat["order"] for state in members.values() for seat in state["seats"] if seat["status"] == "bought"
    )
    went_back = 0
    for row in await shop.pool.fetch(ORDERS):
        is_back = max(row["asked_fen"], row["refunded_fen"]) >= row["amount_fen"]
        went_back += is_back
        assert seated[row["number"]] + is_back == 1, row["number"]
    return went_back
