"""The rounds of a preview: what facts turn out to need is known only once they are played, so they are played again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns import LiveCampaign, Routes
from siyu.campaigns.pending import PendingFact
from siyu.campaigns.pending_store import find_timers
from siyu.db import Connection
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.loading import load_for
from siyu.engine.outcome import Outcome, Refusal
from siyu.engine.refusals import CAMPAIGN_FAILED
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.value_loading import NO_KEYS, UsedKeys, find_used, put_used_keys
from siyu.engine.world import World
from siyu.errors import InvalidInput, Problem
from siyu.ids import new_id
from siyu.members import read_members
from siyu.sdk import MemberView
from siyu.tiers import load_ladder

# Timers and emitted facts that are decided in one preview, of all campaigns.
FOLLOW_UPS_MAX = 200


class Step(NamedTuple):
    """What the campaign would make of one fact; `decided` is False where it would not even look at it.

    `state` is the participation's after the fact, as JSON; None where the plugin cannot tell it. `is_follow_up`: nobody
    gave the fact, a campaign asked for it. `problem` says in one line why the decision failed, where it did.
    """

    fact: NewFact
    decided: bool
    effects: tuple[Mapping[str, Any], ...]
    refusal: Refusal | None
    state: Mapping[str, Any] | None
    is_follow_up: bool = False
    problem: str | None = None


class Round(NamedTuple):
    """The steps that were got to, and the follow-ups for which nothing was read yet: with any, the steps count not."""

    steps: tuple[Step, ...]
    unforeseen: list[ArrivedFact]


@dataclass(slots=True)
class RoundIds:
    """New ids, the same in every round: what a follow-up opened has the key by which the next one names it."""

    made: list[UUID] = field(default_factory=list)

    def from_the_first(self) -> Callable[[], UUID]:
        """Hands out the ids of the rounds before in their order, and new ones after the last."""
        place = count()

        def next_id() -> UUID:
            at = next(place)
            if at == len(self.made):
                self.made.append(new_id())
            return self.made[at]

        return next_id


@dataclass(slots=True)
class Rounds:
    """Facts of known members, played on one snapshot of the database until nothing is missing.

    Which keys of a `Once`, a `Hold` or an `Issue` are asked for and which facts follow is known only after playing. A
    key that turns out to be used or a fact that turns out to follow changes what comes after it: each round settles at
    least one fact more.
    """

    connection: Connection
    routes: Routes
    members: dict[UUID, MemberView]
    zone: ZoneInfo
    campaign: LiveCampaign
    facts: Sequence[ArrivedFact]
    _foreseen: dict[bytes, ArrivedFact] = field(default_factory=dict)
    _used: UsedKeys = NO_KEYS
    _ids: RoundIds = field(default_factory=RoundIds)

    async def steps(self) -> tuple[Step, ...]:
        """The steps. Raises InvalidInput for too many follow-ups."""
        timers = await self._timers()
        steps: tuple[Step, ...] = ()
        ladder = await load_ladder(self.connection, self.zone)
        for _ in range(len(self.facts) + 2 * FOLLOW_UPS_MAX + 1):
            world = World(
                self.routes.campaigns,
                self.members,
                self.zone,
                self._ids.from_the_first(),
                once=set(self._used.once),
                known_routes=self.routes,
            )
            put_used_keys(world, self._used)
            world.tiers.live = ladder
            await load_for(self.connection, world, [*self.facts, *self._foreseen.values()], lock=False)
            rehearsal = Rehearsal(world)
            for timer in timers:
                rehearsal.agenda.enter(timer)
            steps, unforeseen = self._play(rehearsal)
            if unforeseen:
                await self._foresee(unforeseen)
            elif not await self._learn_used(world):
                break
        return steps

    async def _timers(self) -> list[PendingFact]:
        """What was set before for the facts' members and is due by the latest fact."""
        campaigns = [campaign.id for campaign in self.routes.campaigns if not campaign.suspended]
        members = {fact.new.member_id for fact in self.facts}
        latest = max(fact.arrived_at for fact in self.facts)
        return await find_timers(self.connection, campaigns, members, latest, FOLLOW_UPS_MAX + 1)

    async def _foresee(self, facts: Sequence[ArrivedFact]) -> None:
        strangers = {fact.new.member_id for fact in facts} - self.members.keys()
        self.members |= await read_members(self.connection, strangers)
        self._foreseen |= {fact.new.fingerprint(): fact for fact in facts}

    async def _learn_used(self, world: World) -> bool:
        """Whether the database holds a key that this world knew nothing of."""
        used, found = self._used, await find_used(self.connection, world)
        self._used = UsedKeys(used.once | found.once, used.holds | found.holds, used.rewards | found.rewards)
        return self._used != used

    def _play(self, rehearsal: Rehearsal) -> Round:
        """Play until a fact follows for which nothing was read; then gather those that are to follow as well."""
        steps: list[Step] = []
        unforeseen: list[ArrivedFact] = []
        followed = 0
        for fact in rehearsal.in_order(self.facts, max(fact.arrived_at for fact in self.facts)):
            if fact.pending is not None:
                followed += 1
                if followed > FOLLOW_UPS_MAX:
                    raise InvalidInput([Problem(("facts",), f"more than {FOLLOW_UPS_MAX} facts follow from them")])
                if unforeseen or fact.new.fingerprint() not in self._foreseen:
                    unforeseen.append(fact)
            # A fact that a campaign asked for about nobody is dropped, as a commit drops it.
            if unforeseen or fact.new.member_id not in self.members:
                continue
            step = _step(rehearsal, self.campaign, fact, rehearsal.play(fact))
            if step.decided or not step.is_follow_up:
                steps.append(step)
        return Round(tuple(steps), unforeseen)


def _step(rehearsal: Rehearsal, campaign: LiveCampaign, fact: ArrivedFact, outcome: Outcome) -> Step:
    decision = outcome.decision_of(campaign.id)
    state, follows = _state(rehearsal, campaign, fact.new), fact.pending is not None
    if decision is None:
        return Step(fact.new, False, (), None, state, follows)
    failed = decision.refusal is not None and decision.refusal.code == CAMPAIGN_FAILED
    problem = rehearsal.world.faults.problem_of(campaign.id) if failed else None
    return Step(fact.new, True, decision.effects, decision.refusal, state, follows, problem)


def _state(rehearsal: Rehearsal, campaign: LiveCampaign, fact: NewFact) -> Mapping[str, Any] | None:
    record = rehearsal.world.participations.record(campaign.id, fact.member_id, fact.at)
    try:
        return record.state_for(campaign).model_dump(mode="json")
    except Exception:  # a plugin's code: the decision has told already what is wrong with it
        return None
