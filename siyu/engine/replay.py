"""Past facts decided again by a draft, and every decision that would have been another."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Set
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns import Registry
from siyu.campaigns.drafts import Draft, as_drafted, load_with_draft
from siyu.campaigns.routes import needs_features
from siyu.db import Connection, Pool
from siyu.engine.facts import NewFact
from siyu.engine.history import PastFact, count_past, heard_by, past_facts
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.replay_verdicts import FollowUps, Verdict, follow_ups_of, verdict_of
from siyu.engine.totals import Totals, totals_of
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.members import load_features, read_members
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

    Earlier facts are decided by the stored config, those alone that the campaign did not refuse, to have the members
    where they stood; from `since` on the draft decides all, as though it had been running. Other campaigns do not play.
    Timers and emitted facts of the campaign are not taken from the past: what it asks for now happens, up to its last
    fact, and is compared with what the past has of the same type, about the same member at the same time.
    """

    pool: Pool
    registry: Registry
    zone: ZoneInfo
    draft: Draft
    since: datetime | None = None
    until: datetime | None = None

    async def differences(self, summary: ReplaySummary, progress: Progress) -> AsyncGenerator[Difference, None]:
        """Every difference, in the order the facts came; last what the past has no fact for.

        Raises InvalidInput, NotFound and CampaignStateError. It reads one snapshot of the database and writes nothing.
        """
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            _, stored = await load_with_draft(connection, self.registry, Draft(self.draft.campaign_id))
            drafted = replace(as_drafted(self.registry, stored, self.draft), state="running")
            types = heard_by(drafted.type)
            total = await count_past(connection, drafted.id, types)
            # What it decided, it was open for.
            always_open = replace(stored, state="running", starts_at=None, ends_at=None)
            theirs = Rehearsal(World([always_open], {}, self.zone, new_id))
            ours = theirs.judged_by([drafted])
            needing = needs_features(stored) or needs_features(drafted)
            known = Known(needing, orders_are_played=ORDER_PAID in types)
            run = _Run(connection, theirs, ours, follow_ups_of(drafted.type), FollowUps(), known)
            last: datetime | None = None
            async with aclosing(past_facts(connection, drafted.id, types)) as pages:
                async for page in pages:
                    await run.meet({past.member.id for past in page})
                    for past in page:
                        await self._follow(run, past.fact.arrived_at)
                        difference = self._play(past, run, summary)
                        if difference is not None:
                            yield difference
                    progress(summary.facts, total)
                    last = page[-1].fact.arrived_at
            if last is not None:
                # What its last fact is followed by at once.
                await self._follow(run, last)
            for new, after in run.follow_ups.unmatched():
                difference = self._compare(None, new, Verdict(), after, summary)
                if difference is not None:
                    yield difference

    async def _follow(self, run: "_Run", until: datetime) -> None:
        """Decide what the campaign has asked for and is due; the past's own such facts are then compared with it."""
        members = run.theirs.world.members
        for fact in run.theirs.in_order((), until):
            if fact.new.member_id not in members:
                members |= await read_members(run.connection, {fact.new.member_id})
                await run.meet({fact.new.member_id})
            if fact.new.member_id in members:
                judge = run.theirs if self._is_earlier(fact.new) else run.ours
                run.follow_ups.note(fact.new, verdict_of(judge.play(fact).decision_of(self.draft.campaign_id)))

    def _play(self, past: PastFact, run: "_Run", summary: ReplaySummary) -> Difference | None:
        fact, new = past.fact, past.fact.new
        # The two rehearsals share one world's members and books.
        run.theirs.world.members[past.member.id] = past.member
        summary.facts += 1
        if new.campaign_id is not None and new.type in run.follow_up_types:
            return self._compare(fact.id, new, verdict_of(past.decision), run.follow_ups.match(new), summary)
        if self._is_earlier(new):
            self._rebuild(past, run.theirs, summary)
            return None
        after = verdict_of(run.ours.play(fact).decision_of(self.draft.campaign_id))
        return self._compare(fact.id, new, verdict_of(past.decision), after, summary)

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

    def _rebuild(self, past: PastFact, theirs: Rehearsal, summary: ReplaySummary) -> None:
        """Have the member where the fact left them."""
        if past.decision is None or past.decision.refusal is not None:
            theirs.overhear(past.fact)
        elif verdict_of(theirs.play(past.fact).decision_of(self.draft.campaign_id)) != verdict_of(past.decision):
            summary.drifted += 1


class Known(NamedTuple):
    """Whether the campaign needs members' features, and whether those who have ordered follow from what is played."""

    features: bool
    orders_are_played: bool


class _Run(NamedTuple):
    """What one run of a replay keeps: the stored config's and the draft's shop, which is one, and what follows."""

    connection: Connection
    theirs: Rehearsal
    ours: Rehearsal
    follow_up_types: frozenset[str]
    follow_ups: FollowUps
    known: Known

    async def meet(self, member_ids: Set[UUID]) -> None:
        """Know what the shop knows of members today, where the campaign needs it."""
        if not self.known.features:
            return
        features = self.theirs.world.features
        for member_id, today in (await load_features(self.connection, member_ids - features.keys())).items():
            has_ordered = today.has_ordered and not self.known.orders_are_played
            features[member_id] = today._replace(has_ordered=has_ordered)
