"""What the facts of wallets' desks carry; whoever submits one has it checked against its model."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siyu.engine.references import REFERENCE_LENGTH_MAX, is_reference
from siyu.engine.scene import AMOUNT_MAX
from siyu.errors import InvalidInput
from siyu.inputs import check_words
from siyu.sdk.caps import UNIT_LENGTH_MAX

REASON_LENGTH_MAX = 200
OPERATOR_LENGTH_MAX = 60
HOLD_S_DEFAULT = 15 * 60
HOLD_S_MAX = 30 * 86_400


def _reference(value: str) -> str:
    if not is_reference(value):
        raise ValueError(f"must have 1 to {REFERENCE_LENGTH_MAX} characters that can be stored")
    return value


def _sentence(value: str) -> str:
    try:
        return check_words(value, (), REASON_LENGTH_MAX)
    except InvalidInput as error:
        raise ValueError(error.problems[0].message) from error


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("must not be 0")
    return value


Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX)]
Difference = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX), AfterValidator(_not_zero)]
Reference = Annotated[str, AfterValidator(_reference)]
Sentence = Annotated[str, AfterValidator(_sentence)]
Unit = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=UNIT_LENGTH_MAX)]
Operator = Annotated[str, Field(min_length=1, max_length=OPERATOR_LENGTH_MAX)]


class DeskData(BaseModel):
    """What a fact of a desk carries."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ValueMoved(DeskData):
    """Of `value.spent` and `value.returned`."""

    unit: Unit
    amount: Amount
    reference: Reference


class ValueHeld(ValueMoved):
    """Of `value.held`: what is kept times out after `lasts_s` seconds."""

    lasts_s: Annotated[int, Field(ge=1, le=HOLD_S_MAX)] = HOLD_S_DEFAULT


class HoldPosted(DeskData):
    """Of `value.posted`: `amount` of the hold is spent, all of it by default, and the rest comes back."""

    hold: UUID
    amount: Amount | None = None


class HoldVoided(DeskData):
    """Of `value.voided`, and of `value.timed_out`, which the worker enters."""

    hold: UUID


class ValueAdjusted(DeskData):
    """Of `value.adjusted`: `amount` above 0 is given, below 0 taken."""

    unit: Unit
    amount: Difference
    reason: Sentence
    made_by: Operator


class AdjustmentDecided(DeskData):
    """Of `value.adjustment_decided`."""

    adjustment: UUID
    approved: bool
    note: Sentence
    made_by: Operator


class WalletFrozen(DeskData):
    """Of `wallet.frozen`, `wallet.unfrozen` and `value.forfeited`."""

    reason: Sentence
    made_by: Operator


class MembersMerged(DeskData):
    """Of `member.merged`, about the member who stays."""

    merged: UUID
    reason: Sentence
    made_by: Operator


class MembersUnmerged(MembersMerged):
    """Of `member.unmerged`."""

    merge: UUID


class MemberErased(WalletFrozen):
    """Of `member.erased`."""


class PayoutRequested(DeskData):
    """Of `payout.requested`."""

    amount_fen: Amount


class PayoutApproved(DeskData):
    """Of `payout.approved`."""

    payout: UUID
    made_by: Operator


class PayoutPaid(PayoutApproved):
    """Of `payout.paid`: `reference` is the payment's, and that of no other payout."""

    reference: Reference


class PayoutUndone(PayoutApproved):
    """Of `payout.rejected` and `payout.failed`."""

    note: Sentence
