"""What decisions at desks leave in the log, beside the value that moved."""

from uuid import UUID

from siyu.engine.scene import Logged


def changed(of: str, record_id: UUID, state: str) -> Logged:
    """A hold, an adjustment, a payout or a freeze has this state now."""
    return {"kind": "wallet", "of": of, "id": str(record_id), "state": state}


def given(unit: str, amount: int, repaid: int, reference: str | None) -> Logged:
    """Value was given; `repaid` of it went against what the member owed."""
    log: Logged = {"kind": "grant", "unit": unit, "amount": amount, "reference": reference}
    return log | ({"repaid": repaid} if repaid else {})


def taken(unit: str, amount: int, reference: str | None) -> Logged:
    """Value was taken."""
    return {"kind": "spend", "unit": unit, "amount": amount, "reference": reference}


def returned(unit: str, amount: int, asked: int, reference: str) -> Logged:
    """What had been taken came back."""
    log: Logged = {"kind": "reverse", "of": "spend", "unit": unit, "amount": amount}
    return log | {"asked": asked, "reference": reference}
