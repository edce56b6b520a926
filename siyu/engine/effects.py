"""Effects checked and carried out on the in-memory view: first all are checked, then all are applied."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from siyu.boards.changes import BoardChange
from siyu.boards.registry import BOARDS, BoardKind
from siyu.engine import inviting, refunding, scheduling, tagging
from siyu.engine.guards import Guard, PlacedGuard, first_refusal
from siyu.engine.outcome import Refusal
from siyu.engine.references import is_reference
from siyu.engine.reserving import (
    check_confirm,
    check_release,
    check_reserve,
    check_set_team,
    confirm,
    guard_confirm,
    guard_release,
    guard_reserve,
    release,
    reserve,
    set_team,
)
from siyu.engine.reviewing import check_review, review
from siyu.engine.scene import KEY_LENGTH_MAX, InvalidEffect, Logged, Scene, is_amount, is_text
from siyu.engine.value_effects import VALUE_APPLY, VALUE_CHECKS
from siyu.engine.value_guards import GUARDED, value_refusal
from siyu.inputs import JSON_INTEGER_MAX, check_json, is_storable
from siyu.sdk import (
    Cancel,
    Confirm,
    Effect,
    Emit,
    Grant,
    Invite,
    Once,
    Refund,
    Refuse,
    Release,
    Reserve,
    Review,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Tag,
    Untag,
)
from siyu.sdk.rewarding_rules import may_give

EFFECTS_MAX = 32
# Of an effect that is impossible, in the log.
SHOWN_LENGTH_MAX = 200

# Of these a decision holds at most one.
SINGLE: frozenset[type[Effect]] = frozenset({Invite, Once, Refuse, SetState, SetTeam})
# The kinds of effects of one decision, in their order. A campaign type has a handful of shapes.
Shape = tuple[type[Effect], ...]
SHAPES_MAX = 1_024


class Plan(NamedTuple):
    """How the effects of one shape are checked, guarded and carried out; where the refusal and the `Once` are."""

    checks: tuple[Callable[[Scene, Any], bool], ...]
    steps: tuple[Callable[[Scene, Any], Logged], ...]
    refuse: int | None
    once: int | None
    guards: tuple[PlacedGuard, ...]
    guards_value: bool


@lru_cache(SHAPES_MAX)
def plan_of(declared: frozenset[type[Effect]], shape: Shape) -> Plan:
    """What is to be done for effects of these kinds. Raises InvalidEffect where the type may not ask for them."""
    if len(shape) > EFFECTS_MAX:
        raise InvalidEffect(f"more than {EFFECTS_MAX} effects")
    for kind in shape:
        if kind not in declared:
            raise InvalidEffect(f"{kind.__name__} is not among the declared effects")
        if kind in SINGLE and shape.count(kind) > 1:
            raise InvalidEffect(f"more than one {kind.__name__}")
    return Plan(
        checks=tuple(CHECKS[kind] for kind in shape),
        steps=tuple(APPLY[kind] for kind in shape if kind is not Refuse),
        refuse=shape.index(Refuse) if Refuse in shape else None,
        once=shape.index(Once) if Once in shape else None,
        guards=tuple((place, GUARDS[kind]) for place, kind in enumerate(shape) if kind in GUARDS),
        guards_value=not GUARDED.isdisjoint(shape),
    )


def check_effects(scene: Scene, plan: Plan, effects: Sequence[Effect]) -> None:
    """Raise InvalidEffect unless every effect has possible values."""
    for check, effect in zip(plan.checks, effects, strict=True):
        if not check(scene, effect):
            raise InvalidEffect(f"impossible values: {repr(effect)[:SHOWN_LENGTH_MAX]}")


def refusal_among(scene: Scene, plan: Plan, effects: Sequence[Any]) -> Refusal | None:
    """The refusal that checked effects amount to: a `Refuse`, a `Once` whose key has been used, a guard's."""
    if plan.refuse is not None:
        refuse: Refuse = effects[plan.refuse]
        return Refusal(refuse.code, dict(refuse.missing))
    if plan.once is not None:
        once: Once = effects[plan.once]
        if (scene.campaign.id, scene.fact.member_id, once.key) in scene.world.once:
            return Refusal(once.code, {})
    refusal = first_refusal(scene, plan.guards, effects) if plan.guards else None
    return value_refusal(scene, effects) if refusal is None and plan.guards_value else refusal


def once_key(plan: Plan, effects: Sequence[Any]) -> str | None:
    """The key of the `Once` among the effects."""
    if plan.once is None:
        return None
    once: Once = effects[plan.once]
    return once.key


def carry_out(scene: Scene, plan: Plan, effects: Sequence[Effect]) -> tuple[Logged, ...]:
    """Apply checked effects, none of them a refusal, to the view; the answer is what the decision log keeps."""
    return tuple([step(scene, effect) for step, effect in zip(plan.steps, effects, strict=True)])


def _grant(scene: Scene, effect: Grant) -> Logged:
    given = scene.world.book.grant(scene.cause(effect.unit), scene.fact.member_id, effect.amount, effect.reference)
    log: Logged = {"kind": "grant", "unit": effect.unit, "amount": effect.amount, "reference": effect.reference}
    return log | {"repaid": given.repaid} if given.repaid else log


def _set_state(scene: Scene, effect: SetState) -> Logged:
    state: Any = effect.state  # checked to be of the type's own state class
    scene.participation.set_state(state, scene.campaign.type.state_version, scene.fact.at)
    return {"kind": "set_state"}


def _score(scene: Scene, effect: Score) -> Logged:
    fact = scene.fact
    scene.world.scores.append(BoardChange(effect.board, fact.member_id, fact.day, fact.at, effect.value))
    return {"kind": "score", "board": effect.board, "value": effect.value}


def _once(scene: Scene, effect: Once) -> Logged:
    scene.world.once.add((scene.campaign.id, scene.fact.member_id, effect.key))
    return {"kind": "once", "key": effect.key}


def _check_grant(scene: Scene, effect: Grant) -> bool:
    referenced = effect.reference is None or is_reference(effect.reference)
    known = effect.unit in scene.campaign.issuers and may_give(scene.campaign.type, effect.unit)
    return known and is_amount(effect.amount) and referenced


def _check_set_state(scene: Scene, effect: SetState) -> bool:
    return type(effect.state) is scene.campaign.type.state and scene.participation.prepare(effect.state)


def _check_score(_: Scene, effect: Score) -> bool:
    board = BOARDS.get(effect.board)
    return board is not None and board.kind is BoardKind.BEST and is_amount(effect.value)


def _check_once(scene: Scene, effect: Once) -> bool:
    return is_text(effect.key, KEY_LENGTH_MAX) and effect.code in scene.campaign.type.refusals


def _check_refuse(scene: Scene, effect: Refuse) -> bool:
    return effect.code in scene.campaign.type.refusals and _is_kept_as_it_is(effect.missing)


def _is_kept_as_it_is(missing: Mapping[str, Any]) -> bool:
    """Whether JSON keeps it: a retry reads its answer from the log, and must be told what the first caller was told.

    Raises InvalidInput for what cannot be stored.
    """
    # Numbers under names are what nearly every refusal tells: a refused claim would pay most for looking closer.
    told = dict(missing)
    for name, value in told.items():
        if type(value) is not int or abs(value) > JSON_INTEGER_MAX or type(name) is not str or not is_storable(name):
            break
    else:
        return True
    check_json(told, ("missing",))
    return bool(orjson.loads(orjson.dumps(told)) == told)


# One row an effect type; the values' parameter types differ, so the tables are typed by what they are called with.
CHECKS: Mapping[type[Effect], Callable[[Scene, Any], bool]] = {
    Grant: _check_grant,
    SetState: _check_set_state,
    Score: _check_score,
    Once: _check_once,
    Schedule: scheduling.check_schedule,
    Cancel: scheduling.check_cancel,
    Emit: scheduling.check_emit,
    Refuse: _check_refuse,
    Reserve: check_reserve,
    Release: check_release,
    Confirm: check_confirm,
    SetTeam: check_set_team,
    Refund: refunding.check_refund,
    Tag: tagging.check_label,
    Untag: tagging.check_label,
    Invite: inviting.check_invite,
    Review: check_review,
    **VALUE_CHECKS,
}
GUARDS: Mapping[type[Effect], Guard] = {
    Reserve: guard_reserve,
    Release: guard_release,
    Confirm: guard_confirm,
    Tag: tagging.guard_tag,
    Untag: tagging.guard_untag,
    Invite: inviting.guard_invite,
}
APPLY: Mapping[type[Effect], Callable[[Scene, Any], Logged]] = {
    Grant: _grant,
    SetState: _set_state,
    Score: _score,
    Once: _once,
    Schedule: scheduling.schedule,
    Cancel: scheduling.cancel,
    Emit: scheduling.emit,
    Reserve: reserve,
    Release: release,
    Confirm: confirm,
    SetTeam: set_team,
    Refund: refunding.refund,
    Tag: tagging.tag,
    Untag: tagging.untag,
    Invite: inviting.invite,
    Review: review,
    **VALUE_APPLY,
}
