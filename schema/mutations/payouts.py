"""Payouts of commission: members ask, operators approve, and say what became of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from pydantic import BaseModel

from schema.context import Info
from schema.desks import DeskAnswer, DeskPayload, ask_desk
from schema.fields import field_for
from schema.ids import PAYOUT, decode_or_nobody
from schema.permissions import ForMembers, ForOperators
from schema.scalars import BigInt
from schema.types.wallet_records import Payout
from siyu.engine.desks import paying_out
from siyu.engine.desks.data import PayoutApproved, PayoutPaid, PayoutRequested, PayoutUndone


@strawberry.input
class PayoutRequestInput:
    """How much of the caller's commission to pay out."""

    amount_fen: BigInt
    idempotency_key: str


@strawberry.input
class PayoutApproveInput:
    """Which payout to let through."""

    payout: strawberry.ID
    idempotency_key: str


@strawberry.input
class PayoutRejectInput:
    """Which requested payout goes back, and why."""

    payout: strawberry.ID
    note: str = strawberry.field(description="1 to 200 characters; the member sees it.")
    idempotency_key: str


@strawberry.input
class PayoutMarkPaidInput:
    """Which approved payout was paid, and under which reference."""

    payout: strawberry.ID
    reference: str = strawberry.field(description="The payment's own: no other payout can have it.")
    idempotency_key: str


@strawberry.input
class PayoutMarkFailedInput:
    """Which approved payout could not be paid, and why."""

    payout: strawberry.ID
    note: str = strawberry.field(description="1 to 200 characters; the member sees it.")
    idempotency_key: str


@strawberry.type
class PayoutPayload(DeskPayload):
    """The payout as it is now; not a type of the schema itself."""

    payout: Payout | None = None


@strawberry.type
class PayoutRequestPayload(PayoutPayload):
    """The new payout."""


@strawberry.type
class PayoutApprovePayload(PayoutPayload):
    """The payout as it is now."""


@strawberry.type
class PayoutRejectPayload(PayoutPayload):
    """The payout as it is now."""


@strawberry.type
class PayoutMarkPaidPayload(PayoutPayload):
    """The payout as it is now."""


@strawberry.type
class PayoutMarkFailedPayload(PayoutPayload):
    """The payout as it is now."""


@strawberry.type
class PayoutMutations:
    """Commission on its way to members' money."""

    @field_for(
        ForMembers,
        "Ask for your commission to be paid out. It leaves the wallet at once, and comes back if it is not paid. Safe "
        "to repeat with the same key.",
    )
    async def payout_request(self, info: Info, input: PayoutRequestInput) -> PayoutRequestPayload:
        data, member_id = {"amount_fen": input.amount_fen}, info.context.principal.member_id
        answer = await ask_desk(info, paying_out.REQUESTED, member_id, PayoutRequested, data, input.idempotency_key)
        return PayoutRequestPayload(**await _payload(info, answer))

    @field_for(ForOperators, "Let a requested payout through to be paid. Safe to repeat with the same key.")
    async def payout_approve(self, info: Info, input: PayoutApproveInput) -> PayoutApprovePayload:
        payout_id, key = decode_or_nobody(PAYOUT, input.payout), input.idempotency_key
        answer = await _decide(info, paying_out.APPROVED, payout_id, PayoutApproved, {}, key)
        return PayoutApprovePayload(**await _payload(info, answer))

    @field_for(ForOperators, "Give a requested payout back. Safe to repeat with the same key.")
    async def payout_reject(self, info: Info, input: PayoutRejectInput) -> PayoutRejectPayload:
        payout_id, key = decode_or_nobody(PAYOUT, input.payout), input.idempotency_key
        answer = await _decide(info, paying_out.REJECTED, payout_id, PayoutUndone, {"note": input.note}, key)
        return PayoutRejectPayload(**await _payload(info, answer))

    @field_for(ForOperators, "Say that an approved payout was paid. Safe to repeat with the same key.")
    async def payout_mark_paid(self, info: Info, input: PayoutMarkPaidInput) -> PayoutMarkPaidPayload:
        payout_id, key = decode_or_nobody(PAYOUT, input.payout), input.idempotency_key
        answer = await _decide(info, paying_out.PAID, payout_id, PayoutPaid, {"reference": input.reference}, key)
        return PayoutMarkPaidPayload(**await _payload(info, answer))

    @field_for(
        ForOperators,
        "Say that an approved payout could not be paid: it comes back, once. Safe to repeat with the same key.",
    )
    async def payout_mark_failed(self, info: Info, input: PayoutMarkFailedInput) -> PayoutMarkFailedPayload:
        payout_id, key = decode_or_nobody(PAYOUT, input.payout), input.idempotency_key
        answer = await _decide(info, paying_out.FAILED, payout_id, PayoutUndone, {"note": input.note}, key)
        return PayoutMarkFailedPayload(**await _payload(info, answer))


async def _decide(
    info: Info, fact_type: str, payout_id: UUID, model: type[BaseModel], said: Mapping[str, str], key: str
) -> DeskAnswer:
    row = await info.context.loaders.payout.load(payout_id)
    data = {"payout": str(payout_id), "made_by": info.context.principal.subject, **said}
    answer = await ask_desk(info, fact_type, row.member_id if row else None, model, data, key)
    return answer._replace(record_id=payout_id)


async def _payload(info: Info, answer: DeskAnswer) -> dict[str, Any]:
    """What every payload of a payout tells; Any, since each value has its own type."""
    row = await info.context.loaders.payout.load(answer.record_id) if answer.record_id else None
    payout = Payout(row=row) if row else None
    return {"decision_id": answer.decision_id, "payout": payout, "user_errors": answer.user_errors}
