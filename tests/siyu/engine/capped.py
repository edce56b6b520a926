"""The till under caps: in a world without a database, and in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import Outcome
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import CampaignTerms, Cap, MemberView
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI
from tests.siyu.engine import till
from tests.siyu.engine.stage import live, play
from tests.siyu.engine.till import Told


def cap(limit: int, measure: str = "value", scope: str = "campaign", period: str = "ever") -> Cap:
    """A cap; of value it is one of points."""
    unit = "points" if measure == "value" else None
    given = {"measure": measure, "unit": unit, "scope": scope, "period": period, "limit": limit}
    return Cap.model_validate(given)


async def set_caps(pool: Pool, campaign_id: UUID, *caps: Cap) -> None:
    """Give a stored campaign these caps and no others."""
    terms = CampaignTerms(caps=caps).model_dump_json()
    await pool.execute("UPDATE campaign SET terms = $2, revision = revision + 1 WHERE id = $1", campaign_id, terms)


class CappedTill:
    """One till with caps, and three members."""

    def __init__(self, *caps: Cap) -> None:
        self.campaign = live(till.TILL, 1, CampaignTerms(caps=caps))
        self.members = [new_id() for _ in range(3)]
        views = {member: MemberView(member, LONG_AGO) for member in self.members}
        self.world = World([self.campaign], views, SHANGHAI, new_id)

    def play(self, *effects: Told, member: int = 0, at: Any = NOON, reference: str = "x") -> Outcome:
        """One fact."""
        fact = till.play(self.campaign.id, self.members[member], at, *effects, reference=reference)
        return play(self.world, fact, at)

    def recap(self, *caps: Cap) -> None:
        """Other caps from now on."""
        campaign = live(till.TILL, 1, CampaignTerms(caps=caps))
        self.world = self.world.judged_by([campaign])

    def used(self) -> dict[str, int]:
        """What the caps have counted, by counter, subject and period."""
        rows = self.world.counters.changed()
        return {" ".join(filter(None, (key.name, key.subject[:8], key.bucket))): row.used for key, row in rows}


def codes(outcomes: Sequence[Outcome]) -> list[str | None]:
    """The refusals' codes."""
    return [outcome.decisions[0].refusal and outcome.decisions[0].refusal.code for outcome in outcomes]
