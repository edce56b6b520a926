"""Past facts decided again by a draft, and every decision that would have been another."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns import Registry
from siyu.campaigns.drafts import Draft, as_drafted, load_with_draft
from siyu.campaigns.routes import has_audience
from siyu.db import Connection, Pool
from siyu.engine.history import PastFact, count_past, heard_by, past_facts
from siyu.engine.outcome import Decision
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.totals import Totals, totals_of
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.members import load_features
from siyu.orders import ORDER_PAID

# Called with how many facts are done and how many there are.
Progress = Callable[[int, int], None]


class Verdict(NamedTuple):
    """What a decision comes to: its effects or the code of its refusal. Nothing decided and nothing done are one."""

    effects: tuple[Mapping[str, Any], ...] = ()
    refusal: str | None = None


class Difference(NamedTuple):
    """A fact that would have been decided in another way."""

    fact_id: UUID
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
    """

    pool: Pool
    registry: Registry
    zone: ZoneInfo
    draft: Draft
    since: datetime | None = None
    until: datetime | None = None

    async def differences(self, summary: ReplaySummary, progress: Progress) -> AsyncGenerator[Difference, None]:
        """Every difference, in the order the facts came. Raises InvalidInput, NotFound and CampaignStateError.

        It reads one snapshot of the database and writes nothing.
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
            async with aclosing(past_facts(connection, drafted.id, types)) as pages:
                async for page in pages:
                    if has_audience(stored) or has_audience(drafted):
                        await _know_features(connection, theirs.world, page, orders_are_played=ORDER_PAID in types)
                    for past in page:
                        difference = self._play(past, theirs, ours, summary)
                        if difference is not None:
                            yield difference
                    progress(summary.facts, total)

    def _play(self, past: PastFact, theirs: Rehearsal, ours: Rehearsal, summary: ReplaySummary) -> Difference | None:
        fact, new = past.fact, past.fact.new
        # The two rehearsals share one world's members and books.
        theirs.world.members[past.member.id] = past.member
        summary.facts += 1
        if self.since is not None and new.at < self.since:
            self._rebuild(past, theirs, summary)
            return None
        after = _verdict(ours.play(fact).decision_of(self.draft.campaign_id))
        if self.until is not None and new.at >= self.until:
            return None
        before = _verdict(past.decision)
        summary.compared += 1
        summary.before.update(totals_of(before.effects))
        summary.after.update(totals_of(after.effects))
        if before == after:
            return None
        summary.differing += 1
        return Difference(fact.id, new.type, new.member_id, new.at, before, after)

    def _rebuild(self, past: PastFact, theirs: Rehearsal, summary: ReplaySummary) -> None:
        """Have the member where the fact left them."""
        if past.decision is None or past.decision.refusal is not None:
            theirs.overhear(past.fact)
        elif _verdict(theirs.play(past.fact).decision_of(self.draft.campaign_id)) != _verdict(past.decision):
            summary.drifted += 1


async def _know_features(
    connection: Connection, world: World, page: Sequence[PastFact], *, orders_are_played: bool
) -> None:
    """What the shop knows of the page's members today; whether they had ordered follows from the orders played."""
    strangers = {past.member.id for past in page} - world.features.keys()
    for member_id, features in (await load_features(connection, strangers)).items():
        world.features[member_id] = features._replace(has_ordered=features.has_ordered and not orders_are_played)


def _verdict(decision: Decision | None) -> Verdict:
    if decision is None:
        return Verdict()
    return Verdict(decision.effects, decision.refusal.code if decision.refusal else None)
