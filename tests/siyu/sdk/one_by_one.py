"""The engine's deciding half with one campaign, in memory, given one fact at a time as from the database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.campaigns import AnyCampaignType, LiveCampaign, ParticipationRecord
from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.live_terms import compile_terms
from siyu.campaigns.participations import team_id
from siyu.campaigns.pending import PendingFact
from siyu.campaigns.reservations import Reservation, ReservationState
from siyu.engine import Decision, NewFact
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.pending import arrived_fact
from siyu.engine.references import readable_references
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.ledger.book import Book
from siyu.ledger.holds import HoldKey, OpenHold
from siyu.ledger.lots import MemberAccount
from siyu.ledger.transfers import GrantKey, OpenGrant
from siyu.messaging import NewMessage, render
from siyu.orders.book import OrderBook
from siyu.reviews import Review
from siyu.rewards.book import RewardBook
from siyu.sdk import CampaignConfig, CampaignTerms, Fact, Features, Held, MemberView, Text
from siyu.sdk.testing import Member, OpenReview
from tests.factories import LONG_AGO, SHANGHAI


class OneByOne:
    """A batch of one for each fact: what the world holds is what `BatchTransaction` would load for it."""

    def __init__(self, kind: AnyCampaignType, config: CampaignConfig, members: Iterable[Member]) -> None:
        self._kind, self._config, self._id, self._issuer = kind, config, new_id(), new_id()
        self._members = {member.id: MemberView(member.id, member.joined_at) for member in members}
        self._terms = compile_terms(kind, config, CampaignTerms())
        self._orders = OrderBook(new_id)
        self._grants: dict[GrantKey, list[OpenGrant]] = {}
        self._spends: dict[GrantKey, list[OpenGrant]] = {}
        self._holds: dict[HoldKey, OpenHold] = {}
        self._once: set[tuple[UUID, UUID, str]] = set()
        self._states: dict[UUID, str] = {}
        self._scores: dict[tuple[UUID, str], int] = {}
        self._counters: dict[CounterKey, tuple[int, int]] = {}
        self._reservations: dict[tuple[UUID, str], Reservation] = {}
        self._teams: dict[str, str] = {}
        self.tags: dict[UUID, frozenset[str]] = {}
        # Who invited whom, by the one who was invited.
        self.inviters: dict[UUID, UUID] = {}
        # Names by member and key; None of a key whose reward was revoked.
        self._rewards: dict[tuple[UUID, str], str | None] = {}
        self._messages: list[NewMessage] = []
        # By member and key; None of one that has its verdict.
        self._reviews: dict[tuple[UUID, str], Review | None] = {}
        self.balances: Counter[UUID] = Counter()
        self.pending: list[PendingFact] = []

    def take(self, fact: Fact) -> PendingFact:
        """What the campaign asked for and this fact is. Raises StopIteration where it asked for nothing like it."""
        told = fact.type, fact.member_id, fact.at, fact.data
        asked = next(asked for asked in self.pending if (asked.type, asked.member_id, asked.due_at, asked.data) == told)
        self.pending.remove(asked)
        return asked

    def timers(self, member_id: UUID) -> dict[str, datetime]:
        """When the member's timers are due, by key."""
        own = [asked for asked in self.pending if asked.member_id == member_id]
        return {asked.timer_key: asked.due_at for asked in own if asked.timer_key is not None}

    def decide(
        self, fact: Fact, running: bool, pending: PendingFact | None = None, now: datetime | None = None
    ) -> Decision | None:
        """What the campaign decides about a fact; None where it is not asked. `now`: it is told later than it happened.

        `pending` is what it asked for, and takes.
        """
        live = LiveCampaign(
            self._id,
            self._kind,
            1,
            "running" if running else "ended",
            None,
            None,
            self._config,
            {"points": self._issuer},
            terms=self._terms,
        )
        world = self._world(live, fact)
        if pending is not None:
            arrived = arrived_fact(pending, fact.id, now or fact.at)
        else:
            is_action = fact.type.startswith(f"{self._kind.key}.")
            new = NewFact(fact.type, fact.member_id, fact.at, fact.data, fact.id.hex, self._id if is_action else None)
            arrived = ArrivedFact(fact.id, new.fingerprint(), now or fact.at, new)
        outcome = decide_fact(world, arrived)
        self._keep(world)
        return outcome.decisions[0] if outcome.decisions else None

    def state(self, member_id: UUID) -> Any:
        """The member's state."""
        stored = self._states.get(member_id)
        return self._kind.state() if stored is None else self._kind.state.model_validate_json(stored)

    def best(self, member_id: UUID, board: str) -> int | None:
        """The member's best score on a board."""
        return self._scores.get((member_id, board))

    def team(self, key: str) -> Any:
        """The state of a team."""
        stored, declared = self._teams.get(key), self._kind.team
        return declared.state.model_validate_json(stored) if declared and stored else None

    def counted(self, counter: str) -> dict[tuple[str, str], tuple[int, int]]:
        """How much of a counter is used and held, by subject and period."""
        rows = self._counters.items()
        return {(key.subject, key.bucket): row for key, row in rows if key.name == counter and any(row)}

    def holds(self, member_id: UUID) -> dict[str, Held]:
        """The member's open holds, by key."""
        own = [hold for hold in self._holds.values() if hold.key[1] == member_id and hold.state == "open"]
        return {hold.key[2]: Held(hold.unit, hold.amount, hold.created_at) for hold in own}

    def rewards(self, member_id: UUID) -> dict[str, str]:
        """The names of the member's issued rewards, by key."""
        owned = self._rewards.items()
        return {key: reward for (owner, key), reward in owned if owner == member_id and reward is not None}

    def refunds(self, member_id: UUID) -> dict[str, int]:
        """What is to be paid back of the member's orders in all, where less is back."""
        asked = self._orders.refunds.changed.values()
        own = [request for request in asked if request.order.member_id == member_id]
        return {request.order.number: request.asked_fen for request in own if request.done_at is None}

    def reviews(self, member_id: UUID) -> dict[str, OpenReview]:
        """The member's open reviews, by key."""
        own = [asked for (owner, _), asked in self._reviews.items() if owner == member_id and asked is not None]
        return {asked.key[2]: OpenReview(asked.reason, asked.evidence, asked.asked_at) for asked in own}

    def messages(self, member_id: UUID) -> tuple[Text, ...]:
        """The words of the member's messages."""
        own = [left for left in self._messages if left.member_id == member_id]
        return tuple(Text(*(self._words(left, language) for language in ("zh", "en"))) for left in own)

    def _words(self, left: NewMessage, language: str) -> str:
        return render(self._kind.messages[left.message], left.params, language)

    def _world(self, live: LiveCampaign, fact: Fact) -> World:
        world = World([live], self._members, SHANGHAI, new_id, once=set(self._once))
        world.orders = self._orders
        world.features = {fact.member_id: Features(LONG_AGO, tags=self.tags.get(fact.member_id, frozenset()))}
        for member_id, balance in self.balances.items():
            world.book.put_account(MemberAccount(new_id(), member_id, "points", balance))
        for member_id, stored in self._states.items():
            version = self._kind.state_version
            world.participations.put(ParticipationRecord(new_id(), live.id, member_id, stored, version))
        for key, stored in self._teams.items():
            record = ParticipationRecord(
                new_id(), live.id, team_id(live.id, key), stored, self._kind.state_version, team=key
            )
            world.participations.put(record)
        for counter, (used, held) in self._counters.items():
            world.counters.put(counter, CounterRow(used, held))
        for reservation in self._reservations.values():
            world.reservations.put(reservation)
        self._load_keys(world, live)
        for hold in self._holds.values():
            world.holds.put_key(hold.key)
            if hold.state == "open":
                world.holds.put(replace(hold, is_new=False))
        self._load_references(world.book, readable_references(self._kind, fact.type, fact.data))
        return world

    def _load_keys(self, world: World, live: LiveCampaign) -> None:
        """What is there once."""
        for member_id, key in self._rewards:
            world.rewards.put_key((live.id, member_id, key))
        for (member_id, key), asked in self._reviews.items():
            (world.reviews.put_key if asked is None else world.reviews.put)((live.id, member_id, key))
        for member_id in self.inviters:
            world.invitations.put(member_id)

    def _load_references(self, book: Book, references: set[str]) -> None:
        for put, originals in ((book.put_grant, self._grants), (book.put_spend, self._spends)):
            for place, several in originals.items():
                for original in several if place[3] in references else ():
                    put(place, original)

    def _keep(self, world: World) -> None:
        for account in world.book.changed_accounts():
            self.balances[account.member_id] = account.balance
        for record in world.participations.changed():
            if record.team is None:
                self._states[record.subject_id] = record.state_json()
            else:
                self._teams[record.team] = record.state_json()
        self._counters |= {counter: (row.used, row.held) for counter, row in world.counters.changed()}
        for reservation in world.reservations.changed():
            owner = reservation.member_id, reservation.key
            self._reservations[owner] = reservation
            if reservation.state is ReservationState.RELEASED:
                del self._reservations[owner]
        for transfer in world.book.transfers:
            if transfer.kind in ("grant", "spend") and transfer.reference is not None:
                key = self._id, transfer.member_id, transfer.unit, transfer.reference
                undone = sum(later.amount for later in world.book.transfers if later.reverses_id == transfer.id)
                left = OpenGrant(transfer.id, transfer.amount - undone, transfer.at)
                (self._grants if transfer.kind == "grant" else self._spends).setdefault(key, []).append(left)
        self._holds |= {hold.key: hold for hold in (*world.holds.new.values(), *world.holds.ended)}
        self._keep_rewards(world.rewards)
        self._messages += world.messages
        # As they are written: what is asked for under a used key is left out.
        self._reviews = {asked.key[1:]: asked for asked in world.reviews.new} | self._reviews
        self._reviews |= {verdict.key[1:]: None for verdict in world.reviews.verdicts if verdict.problem is None}
        for change in world.scores:
            place = change.member_id, change.board
            self._scores[place] = max(change.amount, self._scores.get(place, change.amount))
        self._once = world.once
        self.tags |= {member_id: features.tags for member_id, features in world.features.items()}
        self.inviters |= {member_id: new.inviter.id for member_id, new in world.invitations.new.items()}
        self.pending = [asked for asked in self.pending if asked.timer not in world.pending.ended]
        self.pending += world.pending.asked_for()

    def _keep_rewards(self, book: RewardBook) -> None:
        """As they are written: first what was revoked, of rewards that there were before."""
        for _, member_id, key in book.revoked:
            if (member_id, key) in self._rewards:
                self._rewards[member_id, key] = None
        for new in book.new.values():
            self._rewards[new.key[1:]] = None if new.revoked_at else new.reward
