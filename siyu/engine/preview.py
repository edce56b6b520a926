"""What a campaign would make of facts, decided on what the database holds now, without a write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns import LiveCampaign, Registry
from siyu.campaigns.drafts import Draft, load_with_draft
from siyu.db import Pool
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.intake import EARLIEST, action_fact, service_fact
from siyu.engine.preview_rounds import Rounds, Step
from siyu.errors import InvalidInput, Problem
from siyu.ids import new_id
from siyu.members import read_members
from siyu.sdk import MemberView

FACTS_MAX = 50
# Further ahead nobody plans a campaign.
AHEAD_MAX = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class PreviewFact:
    """Something that might happen: an action of the campaign (`action`) or a fact of the shop (`type`), exactly one.

    `member_id` is None for a newcomer, who is the same person in every fact of one preview.
    """

    at: datetime
    member_id: UUID | None = None
    action: str | None = None
    type: str | None = None
    data: object = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The campaign as it was tried out, who the newcomer was, and a step for each fact and follow-up, in order."""

    campaign: LiveCampaign
    newcomer_id: UUID
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Previewer:
    """What previews are made with."""

    pool: Pool
    registry: Registry
    zone: ZoneInfo

    async def preview(
        self, draft: Draft, facts: Sequence[PreviewFact], now: datetime, newcomer_joined_at: datetime | None = None
    ) -> Preview:
        """Decide the facts in their order, other campaigns beside, as though they came one after the other.

        What campaigns then ask for happens in between, up to the latest fact; so do timers that the members have.
        Raises InvalidInput, NotFound and CampaignStateError. Nothing is written or locked.
        """
        if not 1 <= len(facts) <= FACTS_MAX:
            raise InvalidInput([Problem(("facts",), f"must be 1 to {FACTS_MAX}")])
        newcomer = MemberView(new_id(), newcomer_joined_at or min(fact.at for fact in facts))
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            routes, drafted = await load_with_draft(connection, self.registry, draft)
            arrived = [self._check(drafted, fact, place, newcomer.id, now) for place, fact in enumerate(facts)]
            members = {newcomer.id: newcomer, **await read_members(connection, {f.new.member_id for f in arrived})}
            for place, fact in enumerate(arrived):
                if fact.new.member_id not in members:
                    raise InvalidInput([Problem(("facts", str(place), "member"), "there is no such member")])
            steps = await Rounds(connection, routes, members, self.zone, drafted, arrived).steps()
        return Preview(drafted, newcomer.id, steps)

    def _check(
        self, campaign: LiveCampaign, fact: PreviewFact, place: int, newcomer_id: UUID, now: datetime
    ) -> ArrivedFact:
        """The fact as it would be submitted. Raises InvalidInput with paths below `facts`."""
        path = ("facts", str(place))
        if not EARLIEST <= fact.at <= now + AHEAD_MAX:
            raise InvalidInput([Problem((*path, "at"), f"must lie between 1970 and {AHEAD_MAX.days} days from now")])
        member_id = fact.member_id or newcomer_id
        try:
            new = self._new_fact(campaign, fact, member_id, f"preview/{place}")
        except InvalidInput as error:
            raise InvalidInput(
                [Problem((*path, *problem.path), problem.message) for problem in error.problems]
            ) from error
        return ArrivedFact(new_id(), b"", fact.at, new)

    def _new_fact(self, campaign: LiveCampaign, fact: PreviewFact, member_id: UUID, key: str) -> NewFact:
        data = {} if fact.data is None else fact.data
        if (fact.action is None) == (fact.type is None):
            raise InvalidInput([Problem(("action",), "give either action or type")])
        if fact.type is not None:
            return service_fact(self.registry, fact.type, fact.at, data, key, fact.at).about(member_id)
        kind = campaign.type
        action = next((action for action in kind.actions if action.name == fact.action), None)
        if action is None:
            names = ", ".join(action.name for action in kind.actions) or "none"
            raise InvalidInput([Problem(("action",), f"there is no such action; there are: {names}")])
        return action_fact(kind, action, campaign.id, member_id, data, key, fact.at)
