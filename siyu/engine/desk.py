"""A desk: where the core itself decides about a type of fact, on the same view and in the same commit as campaigns."""

from collections.abc import Callable
from uuid import UUID

from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Cause, Purpose, shop_account_id

# What the decision log keeps of what was done, or why nothing was: a refusal leaves the world as it was.
Verdict = tuple[Logged, ...] | Refusal
Desk = Callable[[World, ArrivedFact], Verdict]


def shop_cause(purpose: Purpose, unit: str, arrived: ArrivedFact) -> Cause:
    """The shop's own account of that purpose as who gives or takes."""
    account_id: UUID = shop_account_id(purpose, unit)
    return Cause(account_id, account_id, unit, arrived.id, arrived.new.at)
