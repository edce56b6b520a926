"""A campaign played by a synthetic crowd in memory: what it costs, who wins, how the value is spread."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Decision
from siyu.engine.population import CrowdPlan, Population
from siyu.engine.refusals import CAMPAIGN_FAILED
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.totals import Totals, net, totals_of
from siyu.engine.world import World
from siyu.rewards import RewardBook
from siyu.sdk import Features

QUANTILES = (10, 50, 90, 99)

# Called with the days that are done, their total, and the facts so far.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Spread:
    """How a unit's value is spread over its winners: what they have, and the part of the tenth that has most."""

    winners: int
    total: int
    mean: int
    quantiles: dict[str, int]
    greatest: int
    top_tenth_percent: int


@dataclass(slots=True)
class Rewards:
    """How many rewards of one name were issued, and how many of these revoked."""

    issued: int = 0
    revoked: int = 0


@dataclass(slots=True)
class Reviews:
    """How many reviews operators approved and rejected, and how many are open at the end."""

    approved: int = 0
    rejected: int = 0
    open: int = 0


@dataclass(slots=True)
class Report:
    """What came of it.

    `participants` had at least one decision that was no refusal; `winners` have value of the campaign left, or a
    reward. `rewards` are by name; `spreads` are of value alone. `reviews` is None for a type that asks for none.
    """

    unplayed: list[str]
    facts: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    participants: int = 0
    winners: int = 0
    totals: Totals = field(default_factory=Counter)
    rewards: dict[str, Rewards] = field(default_factory=dict)
    spreads: dict[str, Spread] = field(default_factory=dict)
    reviews: Reviews | None = None


def simulate(campaign: LiveCampaign, plan: CrowdPlan, progress: Progress) -> Report:
    """Play the plan; equal arguments give an equal report, in every process."""
    ids = plan.random("ids")
    population = Population(campaign, plan)
    members = {person.member.id: person.member for person in population.people}
    world = World([campaign], members, plan.zone, lambda: UUID(int=ids.getrandbits(128)))
    # Of a crowd nothing is known but when they joined, and their groups.
    world.features = {
        member.id: Features(member.joined_at, groups=plan.groups_of(place))
        for place, member in enumerate(members.values())
    }
    world.sizes = dict(plan.groups)
    for member_id in members:
        for unit, amount in plan.given.items():
            world.book.bring(member_id, unit, amount)
    rehearsal = Rehearsal(world)
    verdict_type = campaign.type.verdict_fact()
    tally = Tally(Report(population.unplayed, reviews=None if verdict_type is None else Reviews()), verdict_type)
    for day in range(plan.days):
        facts = chain(population.day(day), population.verdicts(day, world.reviews.waiting))
        for fact in rehearsal.in_order(facts, population.end_of(day)):
            # A fact that a campaign asked for about nobody is dropped, as a commit drops it.
            if fact.new.member_id in members:
                tally.count(fact, rehearsal.play(fact).decision_of(campaign.id))
        progress(day + 1, plan.days, tally.report.facts.total())
    if tally.report.reviews is not None:
        tally.report.reviews.open = len(world.reviews.waiting())
    return tally.finished(world.rewards)


class Tally:
    """Counts what each member got."""

    def __init__(self, report: Report, verdict_type: str | None = None) -> None:
        self.report, self._verdict_type = report, verdict_type
        self._by_member: dict[UUID, Totals] = {}

    def count(self, fact: ArrivedFact, decision: Decision | None) -> None:
        """Count a fact and what was decided about it."""
        report = self.report
        report.facts[fact.new.type] += 1
        if decision is None:
            return
        report.decisions += 1
        if report.reviews is not None and fact.new.type == self._verdict_type and not _failed(decision):
            said = fact.new.data["approved"]
            report.reviews.approved += said
            report.reviews.rejected += not said
        if decision.refusal is not None:
            report.refusals[decision.refusal.code] += 1
            return
        totals = totals_of(decision.effects)
        report.totals.update(totals)
        self._by_member.setdefault(fact.new.member_id, Counter()).update(totals)

    def finished(self, book: RewardBook) -> Report:
        """The report with what can only be said at the end; `book` has every reward of the crowd."""
        report = self.report
        units = sorted({unit for unit, _ in report.totals})
        held = {unit: [net(totals, unit) for totals in self._by_member.values()] for unit in units}
        report.participants = len(self._by_member)
        winners = {member_id for member_id, totals in self._by_member.items() if _has_some(totals, units)}
        for (_, member_id, _), issued in sorted(book.new.items(), key=lambda entry: entry[1].reward):
            rewards = report.rewards.setdefault(issued.reward, Rewards())
            rewards.issued += 1
            if issued.revoked_at is None:
                winners.add(member_id)
            else:
                rewards.revoked += 1
        report.winners = len(winners)
        report.spreads = {
            unit: _spread(sorted(value for value in values if value > 0)) for unit, values in held.items()
        }
        return report


def _failed(decision: Decision) -> bool:
    """Whether the campaign failed to decide: a verdict then does not count."""
    return decision.refusal is not None and decision.refusal.code == CAMPAIGN_FAILED


def _has_some(totals: Totals, units: Sequence[str]) -> bool:
    return any(net(totals, unit) > 0 for unit in units)


def _spread(values: Sequence[int]) -> Spread:
    """The spread of values in ascending order, all above zero."""
    total, count = sum(values), len(values)
    if not count:
        return Spread(0, 0, 0, {f"p{quantile}": 0 for quantile in QUANTILES}, 0, 0)
    # The nearest rank: the smallest value that this share of winners does not exceed.
    quantiles = {f"p{quantile}": values[-(-quantile * count // 100) - 1] for quantile in QUANTILES}
    top = sum(values[-max(1, count // 10) :])
    return Spread(count, total, total // count, quantiles, values[-1], top * 100 // total)
