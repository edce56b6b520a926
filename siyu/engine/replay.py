"""Past facts decided again by a draft, and every decision that would have been another."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns import Registry
from siyu.campaigns.drafts import Draft, as_drafted, load_with_draft
from siyu.db import Connection, Pool
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.history import PastFact, count_follow_ups, count_past, heard_by, past_facts
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.replay_shop import ReplayShop
from siyu.engine.replay_verdicts import FollowUps, Verdict, follow_ups_of, verdict_of
from siyu.engine.totals import Totals, totals_of
from siyu.engine.world import World
from siyu.groups import load_sizes
from siyu.ids import new_id
from siyu.sdk.core_facts import ORDER_PAID

# Called with how many facts are done and how many there are.
Progress = Callable[[int, int], None]


class Difference(NamedTuple):
    """A fact that would have been decided in another way; `fact_id` is None where only the draft asks for the fact."""

    fact_id: UUID | None
    type: str
    member_id: UUID
    at: datetime
    before: Verdict
    after: Verdict


@dataclass(slots=True)
class ReplaySummary:
    """How a replay went; complete once its differences are read to the end.

    `compared` facts lie between `since` and `until`. Of the earlier ones, `drifted` were decided in another way than
    the stored config decides them, so that what members start from is not quite what it was.
    """

    facts: int = 0
    compared: int = 0
    differing: int = 0
    drifted: int = 0
    before: Totals = field(default_factory=Counter)
    after: Totals = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Replay:
    """One campaign's past again: all of it is played, what happened between `since` and `until` is compared.

    The facts come in the order in which they were decided. Earlier ones are decided by the stored config, those alone
    that the campaign did not refuse, to have the members where they stood; from `since` on the draft decides all, as
    though it had been running. Other campaigns do not play: what they gave and took of value comes from the ledger,
    what operators changed about stock from its history, each when it happened.
    Timers and emitted facts of the campaign are not taken from the past: what it asks for now happens, up to its last
    fact, and is compared with what the past has of the same type, about the same member at the same time. What the past
    has, is decided when it was then; the rest as soon as it is due.
    """

    pool: Pool
    registry: Registry
    zone: ZoneInfo
    draft: Draft
    since: datetime | None = None
    until: datetime | None = None

    async def differences(self, summary: ReplaySummary, progress: Progress) -> AsyncGenerator[Difference, None]:
        """Every difference, in the order the facts were decided in; last what the past has no fact for.

        Raises InvalidInput, NotFound and CampaignStateError. It reads one snapshot of the database and writes nothing.
        """
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            run = await self._begin(connection)
            last: PastFact | None = None
            async with aclosing(past_facts(connection, run.campaign_id, run.types)) as pages:
                async for page in pages:
                    for past, standing in zip(page, await run.shop.read(page), strict=True):
                        run.shop.adjust_stock(past.position)
                        await self._follow(run, past)
                        run.shop.receive(past, standing)
                        difference = self._play(past, run, summary)
                        if difference is not None:
                            yield difference
                    progress(summary.facts, run.total)
                    last = page[-1]
            if last is not None:
                # What its last fact is followed by at once.
                await self._follow(run, last)
            for new, after in run.follow_ups.unmatched():
                difference = self._compare(None, new, Verdict(), after, summary)
                if difference is not None:
                    yield difference

    async def _begin(self, connection: Connection) -> "_Run":
        """An empty shop, and what there is to play. Raises as `differences`."""
        _, stored = await load_with_draft(connection, self.registry, Draft(self.draft.campaign_id), secrets=True)
        drafted = replace(as_drafted(self.registry, stored, self.draft), state="running")
        types, follow_up_types = heard_by(drafted.type), follow_ups_of(drafted.type)
        # What it decided, it was open for.
        always_open = replace(stored, state="running", starts_at=None, ends_at=None)
        theirs = Rehearsal(World([always_open], {}, self.zone, new_id))
        # As they are today, like all that the shop knows of members.
        theirs.world.sizes |= await load_sizes(connection, stored.sized | drafted.sized)
        shop = ReplayShop(connection, theirs, theirs.judged_by([drafted]), orders_are_played=ORDER_PAID in types)
        follow_ups = FollowUps(await count_follow_ups(connection, stored.id, follow_up_types))
        total = await count_past(connection, stored.id, types)
        return _Run(stored.id, types, total, shop, follow_up_types, follow_ups)

    async def _follow(self, run: "_Run", past: PastFact) -> None:
        """Decide what the campaign has asked for and is due before a fact, but for what the past has, too."""
        for fact in run.shop.stored.in_order((), past.fact.arrived_at):
            if not run.follow_ups.leave(fact) and await run.shop.find(fact.new, past.position):
                run.follow_ups.note(fact.new, self._decide(run.shop, fact))

    def _play(self, past: PastFact, run: "_Run", summary: ReplaySummary) -> Difference | None:
        fact, new = past.fact, past.fact.new
        summary.facts += 1
        if new.campaign_id is not None and new.type in run.follow_up_types:
            asked = run.follow_ups.meet(fact)
            after = self._decide(run.shop, asked) if asked is not None else Verdict()
        elif self._is_earlier(new) and (past.decision is None or past.decision.refusal is not None):
            run.shop.stored.overhear(fact)
            return None
        else:
            after = self._decide(run.shop, fact)
        return self._compare(fact.id, new, verdict_of(past.decision), after, summary)

    def _decide(self, shop: ReplayShop, fact: ArrivedFact) -> Verdict:
        """What comes of a fact: of an earlier one, to have the member where it left them."""
        judge = shop.stored if self._is_earlier(fact.new) else shop.drafted
        return verdict_of(judge.play(fact).decision_of(self.draft.campaign_id))

    def _is_earlier(self, new: NewFact) -> bool:
        return self.since is not None and new.at < self.since

    def _compare(
        self, fact_id: UUID | None, new: NewFact, before: Verdict, after: Verdict, summary: ReplaySummary
    ) -> Difference | None:
        if self._is_earlier(new):
            summary.drifted += before != after
            return None
        if self.until is not None and new.at >= self.until:
            return None
        summary.compared += fact_id is not None
        summary.before.update(totals_of(before.effects))
        summary.after.update(totals_of(after.effects))
        if before == after:
            return None
        summary.differing += 1
        return Difference(fact_id, new.type, new.member_id, new.at, before, after)


class _Run(NamedTuple):
    """What one run of a replay keeps: what it plays, the shop, and what the campaign asks for in it."""

    campaign_id: UUID
    types: Sequence[str]
    total: int
    shop: ReplayShop
    follow_up_types: frozenset[str]
    follow_ups: FollowUps
