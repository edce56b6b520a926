"""A stage: a shop with one campaign, in memory, for the tests of a campaign type."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from itertools import count
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid5

from siyu.sdk.audience import Privileges
from siyu.sdk.campaign import Action, CampaignType
from siyu.sdk.core_facts import REFUND_FAILED, REFUND_REQUESTED
from siyu.sdk.facts import Fact
from siyu.sdk.reviews import REVIEWED, Reviewed
from siyu.sdk.testing.answering import read_now
from siyu.sdk.testing.applying import carry_out, check_effects, refusal_among
from siyu.sdk.testing.asking import Ask, ask, state_of, view_of
from siyu.sdk.testing.errors import NoEnd, NotHeard
from siyu.sdk.testing.limits import PLAYED_MAX, SHANGHAI
from siyu.sdk.testing.member import STAGE, Member, id_on_stage
from siyu.sdk.testing.moments import When, moment
from siyu.sdk.testing.orders import CORE_FACTS, ORDER_FACTS
from siyu.sdk.testing.played import Played
from siyu.sdk.testing.scene import Scene, under
from siyu.sdk.testing.shaping import told_data
from siyu.sdk.testing.shop import AskedFor, OpenReview, Shop
from siyu.sdk.testing.value import bring
from siyu.sdk.text import Text
from siyu.sdk.view import ConfigT, Held, MemberView, OrderView, StateT

CAMPAIGN_NOT_OPEN = "CAMPAIGN_NOT_OPEN"

ThingT = TypeVar("ThingT")


class Stage(Generic[ConfigT, StateT]):
    """One campaign in a shop without a database: facts go in, effects happen, the clock moves when you say so.

    `config` (default: the type's defaults) may be replaced between facts, as an operator may; `running` False is a
    campaign that was paused or has ended; `starts_at` and `ends_at` are its half-open window. Times are aware; a text
    without an offset is in the stage's `zone`. Another `draw_secret` makes the campaign's draws fall another way.

    What a campaign raises passes through, and effects that the engine would not carry out raise InvalidEffect. In a
    shop both are CAMPAIGN_FAILED; in either case nothing has changed, and what else was to follow waits for a fact.
    """

    def __init__(
        self,
        kind: CampaignType[ConfigT, StateT],
        config: ConfigT | None = None,
        *,
        at: When = "2026-11-22T12:00",
        zone: tzinfo = SHANGHAI,
        starts_at: When | None = None,
        ends_at: When | None = None,
        draw_secret: bytes = b"",
        asking: Ask = ask,
    ) -> None:
        self.kind = kind
        self.config: ConfigT = kind.config() if config is None else config
        self.running = True
        self.zone = zone
        self.now = self._moment(at)
        self.starts_at = None if starts_at is None else self._moment(starts_at)
        self.ends_at = None if ends_at is None else self._moment(ends_at)
        self._ask, self._shop = asking, Shop(draw_secret=draw_secret)
        self._members: dict[str, Member] = {}
        self._numbers = count(1)

    def member(
        self,
        name: str,
        *,
        joined_at: When | None = None,
        tier: str | None = None,
        tags: Iterable[str] | None = None,
        groups: Iterable[str] | None = None,
        privileges: Privileges | None = None,
    ) -> Member:
        """The member of this name; new ones joined at `joined_at`, by default now: an inviter joins before.

        What else is given is what the shop knows of them from then on (`View.features`).
        """
        if name not in self._members:
            joined = self.now if joined_at is None else self._moment(joined_at)
            self._members[name] = Member(name, id_on_stage(name), joined)
            self._shop.join(MemberView(id_on_stage(name), joined))
        self._shop.describe(self._members[name].id, tier, tags, groups, privileges)
        return self._members[name]

    def group(self, key: str, *, members: int) -> None:
        """Let a group have so many members (`View.group_size`); one that nothing is told of has those of the stage."""
        self._shop.tell_size(key, members)

    def give(self, member: Member | str, /, **amounts: int) -> None:
        """Let the member have value from elsewhere, by unit: `give("lin", points=100)`; the campaign did not grant it.

        Raises ValueError for a unit that there is not, and for what is no amount.
        """
        for unit, amount in amounts.items():
            bring(self._shop, self._known(member).id, unit, amount)

    def act(self, member: Member | str, action: str, /, **data: Any) -> Played:
        """Let the member do one of the campaign's actions, now. Raises pydantic's ValidationError for bad input."""
        for known in self.kind.actions:
            if known.name == action:
                return self._act(member, known, data)
        names = ", ".join(known.name for known in self.kind.actions) or "none"
        raise NotHeard(f"{self.kind.key} has no action {action!r}; it has: {names}")

    def fact(self, member: Member | str, type_: str, /, **data: Any) -> Played:
        """Let something happen to the member, now: an order fact, or whatever else the campaign hears.

        An order fact that the campaign does not hear is entered among the orders and decided by nobody, as a verdict on
        what is not open. Data that a shop refuses raise pydantic.ValidationError.
        """
        for action in self.kind.actions:
            if type_ == self.kind.fact_type(action):
                return self._act(member, action, data)
        if type_ in CORE_FACTS:
            return self._order(member, type_, data)
        if type_ == self.kind.verdict_fact():
            return self._verdict(member, type_, data)
        if type_ not in self.kind.listens | self.kind.settles:
            raise NotHeard(f"{self.kind.key} neither listens to nor settles {type_!r}")
        return self._hear(self._fact(member, type_, told_data(type_, data)), None)

    def review(self, member: Member | str, key: str, /, *, approved: bool, note: str = "") -> Played:
        """Let an operator give their verdict on what waits for one, now, whether the campaign is running or not.

        What the campaign raises passes through and leaves the review open. Raises NotHeard where the member has no open
        review of this key.
        """
        if key not in self.reviews(member):
            open_keys = ", ".join(sorted(self.reviews(member)))
            raise NotHeard(f"no review {key!r} of {self._known(member).name} is open; open: {open_keys or 'none'}")
        return self.fact(member, self.kind.own_fact(REVIEWED), key=key, approved=approved, note=note)

    def wait(self, *, days: int = 0, hours: int = 0, minutes: int = 0, until: When | None = None) -> tuple[Played, ...]:
        """Move the clock forward, by a span or `until` a moment; what fired in that time, in the order it was due.

        Timers fire whether the campaign is running or not. Raises ValueError for a moment that has passed, and NoEnd.
        """
        then = self.now + timedelta(days=days, hours=hours, minutes=minutes) if until is None else self._moment(until)
        if then < self.now:
            raise ValueError(f"time does not go back from {self.now} to {then}; go_to does, for facts that arrive late")
        fired = [*self._followed(), *self._fired(then)]
        self.go_to(then)
        return tuple(fired)

    def go_to(self, when: When) -> datetime:
        """Set the clock to any moment, an earlier one too: facts may arrive late. Timers wait for the next `wait`."""
        self.now = self._moment(when)
        return self.now

    def state(self, member: Member | str) -> StateT:
        """The member's participation, read back from JSON as the database would; its defaults before the first."""
        return cast(StateT, state_of(self.kind, self._shop.states.get(self._known(member).id)))

    def read(self, member: Member | str, field: str, /, **asked: Any) -> Any:
        """What a read field answers about the member, now. Raises pydantic's ValidationError for bad input."""
        state, known = self.state(member), self._shop.known_of(self._known(member).id)
        return read_now(self.kind, field, self.config, state, asked, self.now.astimezone(self.zone), known)

    def balance(self, member: Member | str, unit: str = "points") -> int:
        """What the member has of a unit."""
        return self._shop.balances[self._known(member).id, unit]

    def holds(self, member: Member | str) -> dict[str, Held]:
        """What is held for the member and neither granted nor dropped yet, by key."""
        return {key: Held(held.unit, held.amount, held.at) for key, held in self._of(member, self._shop.holds).items()}

    def best(self, member: Member | str, board: str) -> int | None:
        """The member's best score on a board; None before the first."""
        return self._shop.scores.get((self._known(member).id, board))

    def tags(self, member: Member | str) -> frozenset[str]:
        """The tags that the member has been given and not lost."""
        return self._shop.tags.get(self._known(member).id, frozenset())

    def inviter(self, member: Member | str) -> Member | None:
        """Who invited the member."""
        inviter_id = self._shop.inviters.get(self._known(member).id)
        return next((known for known in self._members.values() if known.id == inviter_id), None)

    def rewards(self, member: Member | str) -> dict[str, str]:
        """The names of the rewards that the member was issued and that were not revoked, by key."""
        return self._of(member, self._shop.rewards)

    def messages(self, member: Member | str) -> tuple[Text, ...]:
        """The words of the messages that the member was left, filled in, the oldest first."""
        return tuple(self._shop.messages[self._known(member).id])

    def refunds(self, member: Member | str) -> dict[str, int]:
        """What the campaign asked the shop to pay back to the member and is not back: fen in all, by order.

        `fact(member, "order.refunded", …)` is the shop paying: an order is gone once all that was asked for is back.
        """
        return self._shop.orders.open_refunds(self._known(member).id)

    def reviews(self, member: Member | str) -> dict[str, OpenReview]:
        """What of the member's waits for a verdict, by key: `reason`, `evidence` and `at`, since when."""
        return self._of(member, self._shop.reviews)

    def timers(self, member: Member | str) -> dict[str, datetime]:
        """When the member's timers will fire, by key."""
        return {key: asked.due_at for key, asked in self._of(member, self._shop.timers).items()}

    def team(self, key: str) -> Any:
        """The state of the team of this key, as the database would give it back; None where there is none."""
        stored, declared = self._shop.teams.get(key), self.kind.team
        return None if stored is None or declared is None else declared.state.model_validate_json(stored)

    def counted(self, counter: str) -> dict[tuple[str, str], tuple[int, int]]:
        """How much of a counter is used and how much is held, by subject and period; those alone that have any."""
        return self._shop.counted_of(counter)

    def _act(self, member: Member | str, action: Action, data: dict[str, Any]) -> Played:
        checked = action.input.model_validate(data).model_dump(mode="json")
        fact = self._fact(member, self.kind.fact_type(action), checked)
        return self._begin(fact, None) if self._is_open() else Played(fact, refusal=CAMPAIGN_NOT_OPEN)

    def _order(self, member: Member | str, type_: str, data: dict[str, Any]) -> Played:
        fact = self._fact(member, type_, told_data(type_, data))
        if type_ not in ORDER_FACTS:
            code = self._shop.orders.refund_failed(fact.member_id, fact.data) if type_ == REFUND_FAILED else None
            return self._hear(fact, None) if code is None else Played(fact, refusal=code)
        order = self._shop.orders.accept(type_, fact.member_id, fact.at, fact.data)
        return Played(fact, refusal=order) if isinstance(order, str) else self._hear(fact, order)

    def _verdict(self, member: Member | str, type_: str, data: dict[str, Any]) -> Played:
        checked = Reviewed.model_validate(data)
        fact = self._fact(member, type_, checked.model_dump(mode="json"))
        return self._begin(fact, None) if checked.key in self.reviews(member) else Played(fact)

    def _hear(self, fact: Fact, order: OrderView | None) -> Played:
        concerned = fact.type in self.kind.settles or (fact.type in self.kind.listens and self._is_open())
        return self._begin(fact, order) if concerned else Played(fact)

    def _begin(self, fact: Fact, order: OrderView | None) -> Played:
        """Decide about a fact, and about everything that follows from it."""
        return self._decide(fact, order)._replace(followed=tuple(self._followed()))

    def _fired(self, then: datetime) -> Iterator[Played]:
        for _ in range(PLAYED_MAX):
            asked = self._shop.next_due(then)
            if asked is None:
                return
            self.now = max(self.now, asked.due_at)
            yield self._play(asked)._replace(followed=tuple(self._followed()))
        raise NoEnd(f"more than {PLAYED_MAX} timers fire until {then}")

    def _followed(self) -> Iterator[Played]:
        for _ in range(PLAYED_MAX):
            asked = self._shop.next_following()
            if asked is None:
                return
            if asked.member_id in self._shop.members:
                yield self._play(asked)
        raise NoEnd(f"more than {PLAYED_MAX} facts follow from one")

    def _play(self, asked: AskedFor) -> Played:
        """Decide about what the campaign asked for, in whatever state it is; a refund is for the shop alone."""
        fact = self._new_fact(asked.type, asked.member_id, asked.due_at, asked.data)
        if asked.type == REFUND_REQUESTED:
            return Played(fact, refusal=self._shop.orders.ask_refund(fact.member_id, fact.data))
        return self._decide(fact, None, asked.depth)

    def _decide(self, fact: Fact, order: OrderView | None, depth: int = 0) -> Played:
        scene = Scene(under(self.kind, self.config), self._shop, fact, self.config, self.zone, self.now, depth)
        view = view_of(scene, self._shop.members[fact.member_id], order)
        effects = self._ask(self.kind, fact, view)
        check_effects(scene, effects)
        refusal = refusal_among(scene, effects)
        if fact.type == self.kind.verdict_fact():
            # A decision that failed has raised by now: then the review stays open.
            del self._shop.reviews[fact.member_id, fact.data["key"]]
        if refusal is not None:
            return Played(fact, refusal=refusal.code, missing=refusal.missing)
        return Played(fact, effects, carry_out(scene, effects))

    def _fact(self, member: Member | str, type_: str, data: dict[str, Any]) -> Fact:
        return self._new_fact(type_, self._known(member).id, self.now, data)

    def _new_fact(self, type_: str, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> Fact:
        fact_id = uuid5(STAGE, f"fact/{next(self._numbers)}")
        return Fact(fact_id, type_, member_id, at, at.astimezone(self.zone).date(), data)

    def _known(self, member: Member | str) -> Member:
        return self.member(member if isinstance(member, str) else member.name)

    def _of(self, member: Member | str, by_owner: Mapping[tuple[UUID, str], ThingT]) -> dict[str, ThingT]:
        member_id = self._known(member).id
        return {key: thing for (owner, key), thing in by_owner.items() if owner == member_id}

    def _is_open(self) -> bool:
        has_begun = self.starts_at is None or self.starts_at <= self.now
        return self.running and has_begun and (self.ends_at is None or self.now < self.ends_at)

    def _moment(self, when: When) -> datetime:
        return moment(when, self.zone)
