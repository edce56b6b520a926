"""A shop in memory that stays: facts are decided on it one after the other, and nothing is ever written."""

from collections.abc import Sequence

from siyu.campaigns.live import LiveCampaign
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Outcome
from siyu.engine.world import World
from siyu.sdk import OrderView


class Rehearsal:
    """Decides facts as a commit would, in the order they are played; the clock is that of the facts.

    `world` holds what was so before the first of them. What a member has at the end, stays in it for the next fact;
    what only a commit would need is dropped after each, so that memory grows with members and orders alone.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def play(self, fact: ArrivedFact) -> Outcome:
        """Decide one fact of a member whom the world knows."""
        outcome = decide_fact(self.world, fact)
        self.world.forget_changes()
        return outcome

    def overhear(self, fact: ArrivedFact) -> None:
        """Enter an order that no campaign decides about; any other fact changes nothing."""
        new = fact.new
        if isinstance(self.world.orders.accept(new.type, new.member_id, new.at, new.data), OrderView):
            self.world.note_order(new.member_id)
        self.world.forget_changes()

    def judged_by(self, campaigns: Sequence[LiveCampaign]) -> "Rehearsal":
        """The same shop with other campaigns: what one decides, the other finds done."""
        return Rehearsal(self.world.judged_by(campaigns))
