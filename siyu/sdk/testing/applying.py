"""What each effect means, as plainly as it can be said: one row of RULES an effect type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum, auto
from typing import Any, NamedTuple

from siyu.sdk.effects import (
    Cancel,
    Confirm,
    Effect,
    Emit,
    Grant,
    Hold,
    Once,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Settle,
    Spend,
)
from siyu.sdk.member_effects import Invite, Tag, Untag
from siyu.sdk.rewarding_rules import rewardable
from siyu.sdk.shop_effects import Issue, Notify, Refund, Review, Revoke
from siyu.sdk.testing import inviting, refunding, reserving, reviewing, rewarding, scheduling, tagging, value
from siyu.sdk.testing.bounds import listed, shown, wrong_code, wrong_key, wrong_state
from siyu.sdk.testing.limits import AMOUNT_MAX, BEST_BOARDS, EFFECTS_MAX
from siyu.sdk.testing.scene import InvalidEffect, Logged, Refusal, Scene, is_amount
from siyu.sdk.testing.storable import is_json


def nothing_against_it(_scene: Scene, _effect: Any) -> None:
    """The guard of an effect that can always be carried out."""


class Turn(IntEnum):
    """In which order it is asked what stands against effects; within one turn, in theirs."""

    REFUSE = auto()
    ONCE = auto()
    COUNTER = auto()
    BALANCE = auto()
    KEY = auto()


class Rule(NamedTuple):
    """An effect type: what is wrong with its values, what it does and logs, and what may stand against it.

    `against` is asked about every effect before any is applied, turn by turn. `single`: a decision holds at most one.
    """

    problems: Callable[[Scene, Any], Iterator[str]]
    apply: Callable[[Scene, Any], Logged]
    against: Callable[[Scene, Any], Refusal | None] = nothing_against_it
    turn: Turn = Turn.COUNTER
    single: bool = False


def check_effects(scene: Scene, effects: Sequence[Any]) -> None:
    """Raise InvalidEffect, with a sentence, unless the campaign type may ask for all of these."""
    if len(effects) > EFFECTS_MAX:
        raise InvalidEffect(f"a decision has at most {EFFECTS_MAX} effects")
    types = [type(effect) for effect in effects]
    for kind, effect in zip(types, effects, strict=True):
        if kind not in scene.kind.effects:
            raise InvalidEffect(f"{kind.__name__} is not among the declared effects of {scene.kind.key}: {effect!r}")
        if kind not in RULES:
            raise InvalidEffect(f"the test kit knows no effect {kind.__name__}")
        if RULES[kind].single and types.count(kind) > 1:
            raise InvalidEffect(f"a decision has at most one {kind.__name__}")
        wrong = next(RULES[kind].problems(scene, effect), None)
        if wrong is not None:
            raise InvalidEffect(f"impossible {kind.__name__}: {wrong}")
    allowed = rewardable(scene.kind, [scene.config])
    problem = allowed.problem(effects, scene.fact.type) if allowed else None
    if problem is not None:
        raise InvalidEffect(problem)


def refusal_among(scene: Scene, effects: Sequence[Effect]) -> Refusal | None:
    """What checked effects are refused with: by the first of all turns that stands against them."""
    for effect in sorted(effects, key=lambda effect: RULES[type(effect)].turn):
        refusal = RULES[type(effect)].against(scene, effect)
        if refusal is not None:
            return refusal
    return None


def carry_out(scene: Scene, effects: Sequence[Effect]) -> tuple[Logged, ...]:
    """Apply effects that nothing stands against; the answer is what the decision log would keep."""
    return tuple(RULES[type(effect)].apply(scene, effect) for effect in effects)


def _state_problems(scene: Scene, effect: SetState) -> Iterator[str]:
    # To write it is the test: what cannot be stored fails here, before anything is applied.
    yield from wrong_state(scene.kind.state, effect.state)


def _set_state(scene: Scene, effect: SetState) -> Logged:
    scene.shop.states[scene.fact.member_id] = effect.state.model_dump_json()
    return {"kind": "set_state"}


def _score(scene: Scene, effect: Score) -> Logged:
    key = scene.fact.member_id, effect.board
    scene.shop.scores[key] = max(effect.value, scene.shop.scores.get(key, effect.value))
    return {"kind": "score", "board": effect.board, "value": effect.value}


def _once_problems(scene: Scene, effect: Once) -> Iterator[str]:
    yield from wrong_key(effect.key)
    yield from wrong_code(scene, effect.code)


def _used_already(scene: Scene, effect: Once) -> Refusal | None:
    return Refusal(effect.code, {}) if (scene.fact.member_id, effect.key) in scene.shop.once else None


def _once(scene: Scene, effect: Once) -> Logged:
    scene.shop.once.add((scene.fact.member_id, effect.key))
    return {"kind": "once", "key": effect.key}


def _refuse_problems(scene: Scene, effect: Refuse) -> Iterator[str]:
    yield from wrong_code(scene, effect.code)
    if not is_json(dict(effect.missing)):
        yield f"missing must be JSON that comes back equal, and is {shown(effect.missing)}"


def _score_problems(_: Scene, effect: Score) -> Iterator[str]:
    if effect.board not in BEST_BOARDS:
        yield f"board {shown(effect.board)} is none of: {listed(BEST_BOARDS)}"
    if not is_amount(effect.value):
        yield f"value must be a whole number from 1 to {AMOUNT_MAX:,}, and is {shown(effect.value)}"


def _refusal(_: Scene, effect: Refuse) -> Refusal:
    return Refusal(effect.code, dict(effect.missing))


def _refuse(_: Scene, effect: Refuse) -> Logged:
    raise AssertionError(f"a refusal is never carried out: {effect!r}")


# The values' parameter types differ, so the table is typed by what it is called with.
RULES: Mapping[type[Effect], Rule] = {
    Grant: Rule(value.grant_problems, value.grant),
    Reverse: Rule(value.reverse_problems, value.reverse, value.reverse_is_noted, Turn.BALANCE),
    Spend: Rule(value.spend_problems, value.spend, value.spend_is_refused, Turn.BALANCE),
    Hold: Rule(value.hold_problems, value.hold, value.hold_is_refused, Turn.KEY),
    Settle: Rule(value.settle_problems, value.settle),
    SetState: Rule(_state_problems, _set_state, single=True),
    Score: Rule(_score_problems, _score),
    Once: Rule(_once_problems, _once, _used_already, Turn.ONCE, single=True),
    Schedule: Rule(scheduling.schedule_problems, scheduling.schedule),
    Cancel: Rule(scheduling.cancel_problems, scheduling.cancel),
    Emit: Rule(scheduling.emit_problems, scheduling.emit),
    Reserve: Rule(reserving.reserve_problems, reserving.reserve, reserving.reserve_is_refused),
    Release: Rule(reserving.release_problems, reserving.release, reserving.release_is_noted),
    Confirm: Rule(reserving.confirm_problems, reserving.confirm, reserving.confirm_is_refused),
    Issue: Rule(rewarding.issue_problems, rewarding.issue, rewarding.issue_is_refused, Turn.KEY),
    Revoke: Rule(rewarding.revoke_problems, rewarding.revoke),
    Notify: Rule(rewarding.notify_problems, rewarding.notify),
    Refund: Rule(refunding.refund_problems, refunding.refund),
    Review: Rule(reviewing.review_problems, reviewing.review),
    SetTeam: Rule(reserving.team_problems, reserving.set_team, single=True),
    Tag: Rule(tagging.label_problems, tagging.tag, tagging.tag_is_refused),
    Untag: Rule(tagging.label_problems, tagging.untag, tagging.untag_is_noted),
    Invite: Rule(inviting.invite_problems, inviting.invite, inviting.invite_is_refused, single=True),
    Refuse: Rule(_refuse_problems, _refuse, _refusal, Turn.REFUSE, single=True),
}
