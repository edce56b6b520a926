"""The effects that move value or promise it: `Grant`, `Reverse`, `Spend`, `Hold` and `Settle`."""

from siyu.sdk.effects import Grant, Hold, Reverse, Settle, Spend
from siyu.sdk.testing.limits import HOLDS_OPEN_MAX, KEY_LENGTH_MAX, REFERENCE_LENGTH_MAX, UNITS
from siyu.sdk.testing.scene import Logged, Refusal, Scene, is_amount
from siyu.sdk.testing.shop import OpenHold, Original
from siyu.sdk.testing.storable import is_text


def grant_is_possible(_: Scene, effect: Grant) -> bool:
    """A unit, an amount, and a reference that can be stored."""
    return effect.unit in UNITS and is_amount(effect.amount) and _is_reference(effect.reference)


def grant(scene: Scene, effect: Grant) -> Logged:
    """Give it to the member, and remember what for."""
    _enter_grant(scene, effect.unit, effect.amount, effect.reference)
    return {"kind": "grant", "unit": effect.unit, "amount": effect.amount, "reference": effect.reference}


def reverse_is_possible(scene: Scene, effect: Reverse) -> bool:
    """A unit, an amount, and a reference that this decision may read."""
    known = effect.unit in UNITS and effect.of in ("grant", "spend")
    return known and is_amount(effect.amount) and scene.is_readable(effect.reference)


def reverse_is_noted(scene: Scene, effect: Reverse) -> None:
    """Never refused; a later spend of the decision finds all gone that is asked back."""
    if effect.of == "grant":
        scene.draft.balances[effect.unit] = max(0, _spendable(scene, effect.unit) - effect.amount)


def reverse(scene: Scene, effect: Reverse) -> Logged:
    """Take back what is left of grants, and no more than the member has; or give back what is left of spends."""
    shop, account = scene.shop, (scene.fact.member_id, effect.unit)
    is_grant = effect.of == "grant"
    wanted, moved = min(effect.amount, shop.balances[account]) if is_grant else effect.amount, 0
    for original in shop.originals(*account, effect.reference, effect.of):
        part = min(original.left, wanted - moved)
        original.left -= part
        moved += part
    shop.balances[account] += -moved if is_grant else moved
    log: Logged = {"kind": "reverse", "unit": effect.unit, "amount": moved, "reference": effect.reference}
    return log | {"asked": effect.amount} | ({} if is_grant else {"of": "spend"})


def spend_is_possible(scene: Scene, effect: Spend) -> bool:
    """A unit, an amount, a declared code, and a reference that can be stored."""
    known = effect.unit in UNITS and effect.code in scene.kind.refusals
    return known and is_amount(effect.amount) and _is_reference(effect.reference)


def spend_is_refused(scene: Scene, effect: Spend) -> Refusal | None:
    """What the member has must bear this spend after those before it; what the decision grants does not count."""
    spendable = _spendable(scene, effect.unit)
    if effect.amount > spendable:
        balance = scene.shop.balances[scene.fact.member_id, effect.unit]
        return Refusal(effect.code, {"unit": effect.unit, "balance": balance, "missing": effect.amount - spendable})
    scene.draft.balances[effect.unit] = spendable - effect.amount
    return None


def spend(scene: Scene, effect: Spend) -> Logged:
    """Take it from the member, and remember what for."""
    shop, fact = scene.shop, scene.fact
    shop.balances[fact.member_id, effect.unit] -= effect.amount
    if effect.reference is not None:
        shop.remember(fact.member_id, effect.unit, effect.reference, "spend", Original(fact.at, effect.amount))
    return {"kind": "spend", "unit": effect.unit, "amount": effect.amount, "reference": effect.reference}


def hold_is_possible(scene: Scene, effect: Hold) -> bool:
    """What a grant and a key need, a declared code, and room among the member's open holds."""
    own = sum(member_id == scene.fact.member_id for member_id, _ in scene.shop.holds)
    known = effect.unit in UNITS and effect.code in scene.kind.refusals
    valued = is_amount(effect.amount) and is_text(effect.key, KEY_LENGTH_MAX) and _is_reference(effect.reference)
    return known and valued and own < HOLDS_OPEN_MAX


def hold_is_refused(scene: Scene, effect: Hold) -> Refusal | None:
    """The key must be new: no hold of the member ever had it, and none of this decision has."""
    if effect.key in scene.draft.hold_keys or (scene.fact.member_id, effect.key) in scene.shop.hold_keys:
        return Refusal(effect.code, {"key": effect.key})
    scene.draft.hold_keys.add(effect.key)
    return None


def hold(scene: Scene, effect: Hold) -> Logged:
    """Promise it: the balance stays as it is; the key is used from now on."""
    owner = scene.fact.member_id, effect.key
    scene.shop.holds[owner] = OpenHold(effect.unit, effect.amount, scene.fact.at, effect.reference)
    scene.shop.hold_keys.add(owner)
    log: Logged = {"kind": "hold", "key": effect.key, "unit": effect.unit, "amount": effect.amount}
    return log | {"reference": effect.reference}


def settle_is_possible(_: Scene, effect: Settle) -> bool:
    """A key, and all (None), nothing (0) or an amount."""
    part = effect.amount is None or is_amount(effect.amount) or (type(effect.amount) is int and effect.amount == 0)
    return part and is_text(effect.key, KEY_LENGTH_MAX)


def settle(scene: Scene, effect: Settle) -> Logged:
    """End the hold, if one is open, and grant so much of it."""
    ended = scene.shop.holds.pop((scene.fact.member_id, effect.key), None)
    log: Logged = {"kind": "settle", "key": effect.key, "unit": None, "amount": 0, "asked": effect.amount}
    if ended is None:
        return log
    granted = ended.amount if effect.amount is None else min(effect.amount, ended.amount)
    if granted:
        _enter_grant(scene, ended.unit, granted, ended.reference)
    return log | {"unit": ended.unit, "amount": granted}


def _enter_grant(scene: Scene, unit: str, amount: int, reference: str | None) -> None:
    shop, fact = scene.shop, scene.fact
    shop.balances[fact.member_id, unit] += amount
    if reference is not None:
        shop.remember(fact.member_id, unit, reference, "grant", Original(fact.at, amount))


def _spendable(scene: Scene, unit: str) -> int:
    """What the effects before this one leave of the balance, whatever they grant."""
    return scene.draft.balances.get(unit, scene.shop.balances[scene.fact.member_id, unit])


def _is_reference(value: object) -> bool:
    return value is None or is_text(value, REFERENCE_LENGTH_MAX)
