"""Spends, holds, rewards and messages: what values they may have, and how they are carried out in memory."""

from collections.abc import Callable, Mapping
from typing import Any

from siyu.engine.references import is_reference
from siyu.engine.scene import KEY_LENGTH_MAX, Logged, Scene, are_values, is_amount, is_text
from siyu.ledger import TakenBack
from siyu.messaging import NewMessage, render
from siyu.sdk import Effect, Hold, Issue, Notify, Reverse, Revoke, Settle, Spend
from siyu.sdk.rewarding_rules import may_give

# Of one member in one campaign: all of them are read with every fact of theirs.
HOLDS_OPEN_MAX = 256
PARAMS_MAX = 16
PARAM_LENGTH_MAX = 200


def _check_spend(scene: Scene, effect: Spend) -> bool:
    known = effect.unit in scene.campaign.issuers and effect.code in scene.campaign.type.refusals
    return known and is_amount(effect.amount) and (effect.reference is None or is_reference(effect.reference))


def _check_reverse(scene: Scene, effect: Reverse) -> bool:
    known = effect.unit in scene.campaign.issuers and effect.of in ("grant", "spend")
    return known and is_amount(effect.amount) and scene.is_readable(effect.reference)


def _check_hold(scene: Scene, effect: Hold) -> bool:
    campaign = scene.campaign
    known = effect.unit in campaign.issuers and effect.code in campaign.type.refusals
    known = known and may_give(campaign.type, effect.unit)
    valued = is_amount(effect.amount) and is_text(effect.key, KEY_LENGTH_MAX)
    referenced = effect.reference is None or is_reference(effect.reference)
    return (
        known
        and valued
        and referenced
        and scene.world.holds.open_count(campaign.id, scene.fact.member_id) < HOLDS_OPEN_MAX
    )


def _check_settle(_: Scene, effect: Settle) -> bool:
    return is_text(effect.key, KEY_LENGTH_MAX) and (effect.amount is None or _is_part(effect.amount))


def _is_part(value: object) -> bool:
    return is_amount(value) or (type(value) is int and value == 0)


def _check_issue(scene: Scene, effect: Issue) -> bool:
    named = is_text(effect.reward, KEY_LENGTH_MAX) and is_text(effect.key, KEY_LENGTH_MAX)
    return named and effect.code in scene.campaign.type.refusals


def _check_revoke(_: Scene, effect: Revoke) -> bool:
    return is_text(effect.key, KEY_LENGTH_MAX)


def _check_notify(scene: Scene, effect: Notify) -> bool:
    template, params = scene.campaign.type.messages.get(effect.message), dict(effect.params)
    if template is None or not are_values(params, PARAMS_MAX, PARAM_LENGTH_MAX):
        return False
    # What has no words in one of the languages raises here, so that no reader meets it.
    return all(render(template, params, language) for language in ("zh", "en"))


def _spend(scene: Scene, effect: Spend) -> Logged:
    scene.world.book.spend(scene.cause(effect.unit), scene.fact.member_id, effect.amount, effect.reference)
    return {"kind": "spend", "unit": effect.unit, "amount": effect.amount, "reference": effect.reference}


def _reverse(scene: Scene, effect: Reverse) -> Logged:
    book, wanted = scene.world.book, (scene.cause(effect.unit), scene.fact.member_id, effect.amount, effect.reference)
    back = book.take_back(*wanted) if effect.of == "grant" else TakenBack(book.unspend(*wanted))
    log: Logged = {"kind": "reverse", "unit": effect.unit, "amount": back.taken, "reference": effect.reference}
    log |= {"asked": effect.amount} | ({"of": "spend"} if effect.of == "spend" else {})
    made_up = {"owed": back.owed, "written_off": back.written_off}
    return log | {name: amount for name, amount in made_up.items() if amount}


def _hold(scene: Scene, effect: Hold) -> Logged:
    key = scene.key(effect.key)
    scene.world.holds.open(key, effect.unit, effect.amount, effect.reference, scene.fact.at)
    log: Logged = {"kind": "hold", "key": effect.key, "unit": effect.unit, "amount": effect.amount}
    return log | {"reference": effect.reference}


def _settle(scene: Scene, effect: Settle) -> Logged:
    hold = scene.world.holds.end(scene.key(effect.key), scene.fact.at)
    log: Logged = {"kind": "settle", "key": effect.key, "unit": None, "amount": 0, "asked": effect.amount}
    if hold is None:
        return log
    hold.posted = hold.amount if effect.amount is None else min(effect.amount, hold.amount)
    if hold.posted:
        cause = scene.cause(hold.unit)
        given = scene.world.book.grant(cause, scene.fact.member_id, hold.posted, hold.reference)
        hold.transfer_id = given.transfer_id
        log |= {"repaid": given.repaid} if given.repaid else {}
    return log | {"unit": hold.unit, "amount": hold.posted}


def _issue(scene: Scene, effect: Issue) -> Logged:
    scene.world.rewards.issue(scene.key(effect.key), effect.reward, scene.fact.at)
    return {"kind": "issue", "reward": effect.reward, "key": effect.key}


def _revoke(scene: Scene, effect: Revoke) -> Logged:
    scene.world.rewards.revoke(scene.key(effect.key), scene.fact.at)
    return {"kind": "revoke", "key": effect.key}


def _notify(scene: Scene, effect: Notify) -> Logged:
    world, fact, params = scene.world, scene.fact, dict(effect.params)
    log: Logged = {"kind": "notify", "message": effect.message, "params": params}
    # What is decided about one who was merged is told to the person.
    member_id = world.kin.person(fact.member_id)
    if effect.message in scene.campaign.type.advertises and member_id in world.unwilling:
        return log | {"withheld": True}
    world.messages.append(NewMessage(world.new_id(), member_id, scene.campaign.id, effect.message, params, fact.at))
    return log


# One row an effect type, as in `siyu.engine.effects`, whose tables these complete.
VALUE_CHECKS: Mapping[type[Effect], Callable[[Scene, Any], bool]] = {
    Spend: _check_spend,
    Reverse: _check_reverse,
    Hold: _check_hold,
    Settle: _check_settle,
    Issue: _check_issue,
    Revoke: _check_revoke,
    Notify: _check_notify,
}
VALUE_APPLY: Mapping[type[Effect], Callable[[Scene, Any], Logged]] = {
    Spend: _spend,
    Reverse: _reverse,
    Hold: _hold,
    Settle: _settle,
    Issue: _issue,
    Revoke: _revoke,
    Notify: _notify,
}
