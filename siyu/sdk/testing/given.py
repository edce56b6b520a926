"""given, when, then: a stage told as a story."""

from datetime import datetime
from typing import Any, Generic, Self

from siyu.sdk.campaign import CampaignType
from siyu.sdk.effects import Effect
from siyu.sdk.testing.moments import When
from siyu.sdk.testing.played import Played
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.stage import Stage
from siyu.sdk.view import ConfigT, StateT


class Given(Generic[ConfigT, StateT]):
    """A story about one campaign; every step returns the story, so that steps follow each other.

    `stage` is the stage it plays on, `last` what came of the last `when` or `when_reviewed`, `fired` which timers did
    in the last `after`.
    """

    def __init__(self, stage: Stage[ConfigT, StateT]) -> None:
        self.stage = stage
        self._last: Played | None = None
        self.fired: tuple[Played, ...] = ()

    @property
    def last(self) -> Played:
        """What came of the last `when` or `when_reviewed`."""
        assert self._last is not None, "nothing has happened yet: call when() first"
        return self._last

    def member(self, name: str, *, joined_at: When | None = None, **amounts: int) -> Self:
        """There is a member of this name; needed only for one who joined at another time than now, or has something.

        `amounts` are by unit, as in `member("lin", points=100)`.
        """
        self.stage.give(self.stage.member(name, joined_at=joined_at), **amounts)
        return self

    def group(self, key: str, *, members: int) -> Self:
        """There is a group with so many members (`View.group_size`)."""
        self.stage.group(key, members=members)
        return self

    def at(self, when: When) -> Self:
        """It is this moment, earlier or later."""
        self.stage.go_to(when)
        return self

    def after(self, *, days: int = 0, hours: int = 0, minutes: int = 0, until: datetime | str | None = None) -> Self:
        """Time passes, and timers fire."""
        self.fired = self.stage.wait(days=days, hours=hours, minutes=minutes, until=until)
        return self

    def when(self, member: str, what: str, /, **data: Any) -> Self:
        """The member does an action of the campaign, or a fact of this type happens to them."""
        is_action = any(action.name == what for action in self.stage.kind.actions)
        self._last = (self.stage.act if is_action else self.stage.fact)(member, what, **data)
        return self

    def when_reviewed(self, member: str, key: str, /, *, approved: bool, note: str = "") -> Self:
        """An operator gives their verdict on what of the member's waits for one under this key."""
        self._last = self.stage.review(member, key, approved=approved, note=note)
        return self

    def then(self, *effects: Effect) -> Self:
        """Exactly these effects happened, in this order; none: nothing happened, and nothing was refused."""
        assert self.last.refusal is None, f"refused: {self.last.refusal} {self.last.missing}"
        assert self.last.effects == effects
        return self

    def then_refused(self, code: str, **missing: Any) -> Self:
        """It was refused with this code and, where given, exactly this missing."""
        assert self.last.refusal == code, f"not refused with {code}: {self.last}"
        assert not missing or self.last.missing == missing
        return self

    def then_balance(self, member: str, amount: int, unit: str = "points") -> Self:
        """The member has this much of the unit."""
        assert self.stage.balance(member, unit) == amount
        return self

    def then_reward(self, member: str, reward: str) -> Self:
        """The member has a reward of this name."""
        assert reward in self.stage.rewards(member).values(), f"no {reward!r}: {self.stage.rewards(member)}"
        return self

    def then_message(self, member: str, words: str) -> Self:
        """The member's latest message reads so, in Chinese or in English."""
        messages = self.stage.messages(member)
        assert messages, f"{member} has no message"
        assert words in (messages[-1].zh, messages[-1].en), f"not {words!r}: {messages[-1]}"
        return self

    def then_refund(self, member: str, order: str, amount_fen: int) -> Self:
        """A refund of the member's order is asked for and still open: so much is to be back in all, in fen."""
        assert self.stage.refunds(member).get(order) == amount_fen, f"open: {self.stage.refunds(member)}"
        return self

    def then_state(self, member: str, state: StateT) -> Self:
        """The member's participation has this state."""
        assert self.stage.state(member) == state
        return self


def given(kind: CampaignType[ConfigT, StateT], **config: Any) -> Given[ConfigT, StateT]:
    """A running campaign of the type with these fields of its config, given as JSON would."""
    return Given(stage_of(kind, **config))


def stage_of(kind: CampaignType[ConfigT, StateT], **config: Any) -> Stage[ConfigT, StateT]:
    """A stage with these fields of the config, given as JSON would. Raises pydantic's ValidationError."""
    return Stage(kind, config_of(kind, config))


def config_of(kind: AnyCampaignType, fields: dict[str, Any]) -> Any:
    """A config of the type; Any, since the type's own config class is known where it is used."""
    return kind.config.model_validate(fields)
