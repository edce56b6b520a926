"""Idempotency keys, each in its caller's own namespace."""

from schema.principals import Principal
from siyu.engine.intake import idempotency_key


def own_key(principal: Principal, key: str) -> str:
    """The key where nobody else's can meet it. Raises InvalidInput."""
    return idempotency_key(f"{principal.role.value}/{principal.member_id or principal.subject}", key)
