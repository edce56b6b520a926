"""The effects that move value or promise it: `Grant`, `Reverse`, `Spend`, `Hold` and `Settle`."""

from collections.abc import Iterator
from uuid import UUID

from siyu.sdk.effects import Grant, Hold, Reverse, Settle, Spend
from siyu.sdk.rewarding_rules import may_give
from siyu.sdk.testing.bounds import shown, wrong_amount, wrong_code, wrong_key, wrong_reference, wrong_unit
from siyu.sdk.testing.limits import AMOUNT_MAX, HOLDS_OPEN_MAX, UNITS
from siyu.sdk.testing.scene import Logged, Refusal, Scene, is_amount
from siyu.sdk.testing.shop import OpenHold, Original, Shop


def bring(shop: Shop, member_id: UUID, unit: str, amount: int) -> None:
    """Let a member have value that the campaign did not grant. Raises ValueError for what nobody can have."""
    if unit not in UNITS:
        raise ValueError(f"there is no unit {unit!r}; there is: {', '.join(sorted(UNITS))}")
    if not is_amount(amount):
        raise ValueError(f"nobody can have {amount!r} {unit}: a whole number from 1 to {AMOUNT_MAX:,}")
    shop.balances[member_id, unit] += amount


def grant_problems(scene: Scene, effect: Grant) -> Iterator[str]:
    """A unit that the type may give, an amount, and a reference that can be stored."""
    yield from _wrong_gift(scene, effect.unit)
    yield from wrong_amount(effect.amount)
    yield from wrong_reference(effect.reference)


def grant(scene: Scene, effect: Grant) -> Logged:
    """Give it to the member, and remember what for."""
    _enter_grant(scene, effect.unit, effect.amount, effect.reference)
    return {"kind": "grant", "unit": effect.unit, "amount": effect.amount, "reference": effect.reference}


def reverse_problems(scene: Scene, effect: Reverse) -> Iterator[str]:
    """A unit, an amount, and a reference that this decision may read."""
    yield from wrong_unit(effect.unit)
    yield from wrong_amount(effect.amount)
    if effect.of not in ("grant", "spend"):
        yield f"of must be 'grant' or 'spend', and is {shown(effect.of)}"
    if not scene.is_readable(effect.reference):
        yield f"reference {shown(effect.reference)} is none that `reads` lets a decision about {scene.fact.type} read"


def reverse_is_noted(scene: Scene, effect: Reverse) -> None:
    """Never refused; a later spend of the decision finds all gone that is asked back."""
    if effect.of == "grant":
        scene.draft.balances[effect.unit] = max(0, _spendable(scene, effect.unit) - effect.amount)


def reverse(scene: Scene, effect: Reverse) -> Logged:
    """Take back what is left of grants, and no more than the member has; or give back what is left of spends.

    What is spent is left to the member here; a shop's own policy may be another (docs/wallets.md).
    """
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


def spend_problems(scene: Scene, effect: Spend) -> Iterator[str]:
    """A unit, an amount, a declared code, and a reference that can be stored."""
    yield from wrong_unit(effect.unit)
    yield from wrong_amount(effect.amount)
    yield from wrong_code(scene, effect.code)
    yield from wrong_reference(effect.reference)


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


def hold_problems(scene: Scene, effect: Hold) -> Iterator[str]:
    """What a grant and a key need, a declared code, and room among the member's open holds."""
    yield from _wrong_gift(scene, effect.unit)
    yield from wrong_amount(effect.amount)
    yield from wrong_key(effect.key)
    yield from wrong_code(scene, effect.code)
    yield from wrong_reference(effect.reference)
    if sum(member_id == scene.fact.member_id for member_id, _ in scene.shop.holds) >= HOLDS_OPEN_MAX:
        yield f"the member has {HOLDS_OPEN_MAX} open holds already"


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


def settle_problems(_: Scene, effect: Settle) -> Iterator[str]:
    """A key, and all (None), nothing (0) or an amount."""
    yield from wrong_key(effect.key)
    if effect.amount is not None and not (type(effect.amount) is int and effect.amount == 0):
        yield from wrong_amount(effect.amount)


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


def _wrong_gift(scene: Scene, unit: str) -> Iterator[str]:
    yield from wrong_unit(unit)
    if not may_give(scene.kind, unit):
        yield f"{unit} is given by types that declare `rewards` alone"


def _enter_grant(scene: Scene, unit: str, amount: int, reference: str | None) -> None:
    shop, fact = scene.shop, scene.fact
    shop.balances[fact.member_id, unit] += amount
    if reference is not None:
        shop.remember(fact.member_id, unit, reference, "grant", Original(fact.at, amount))


def _spendable(scene: Scene, unit: str) -> int:
    """What the effects before this one leave of the balance, whatever they grant."""
    return scene.draft.balances.get(unit, scene.shop.balances[scene.fact.member_id, unit])
