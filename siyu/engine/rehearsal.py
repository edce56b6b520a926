"""A shop in memory that stays: facts are decided on it one after the other, and nothing is ever written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from siyu.campaigns.live import LiveCampaign
from siyu.engine.agenda import Agenda
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Outcome
from siyu.engine.pending import arrived_fact
from siyu.engine.world import World
from siyu.sdk import OrderView


class Rehearsal:
    """Decides facts as a commit would, in the order they are played; the clock is that of the facts.

    `world` holds what was so before the first of them, `agenda` the timers that were set. What a member has at the end,
    stays in it for the next fact; what only a commit would need is dropped after each, so that memory grows with
    members, orders and timers alone.
    """

    def __init__(self, world: World, agenda: Agenda | None = None) -> None:
        self.world = world
        self.agenda = agenda or Agenda()

    def play(self, fact: ArrivedFact) -> Outcome:
        """Decide one fact of a member whom the world knows."""
        outcome = decide_fact(self.world, fact)
        self.agenda.note(self.world.pending)
        self.world.forget_changes()
        return outcome

    def overhear(self, fact: ArrivedFact) -> None:
        """Enter an order, or a refund, that no campaign decides about; any other fact changes nothing."""
        new = fact.new
        entered = self.world.orders.accept(new.type, new.member_id, new.at, new.data, new.campaign_id)
        if isinstance(entered, OrderView):
            self.world.note_order(new.member_id)
        self.world.forget_changes()

    def in_order(self, facts: Iterable[ArrivedFact], until: datetime) -> Iterator[ArrivedFact]:
        """The facts, each after what campaigns asked for and is due when it arrives; last what is due by `until`.

        The caller plays each before asking for the next. What campaigns ask for may be about somebody whom the world
        does not know, where a commit would have dropped it.
        """
        for fact in facts:
            yield from self._due(fact.arrived_at)
            yield fact
        yield from self._due(until)

    def _due(self, until: datetime) -> Iterator[ArrivedFact]:
        while (pending := self.agenda.take_next(until)) is not None:
            yield arrived_fact(pending, self.world.new_id(), max(pending.due_at, pending.created_at))

    def judged_by(self, campaigns: Sequence[LiveCampaign]) -> "Rehearsal":
        """The same shop with other campaigns: what one decides or asks for, the other finds done or decides."""
        return Rehearsal(self.world.judged_by(campaigns), self.agenda)
