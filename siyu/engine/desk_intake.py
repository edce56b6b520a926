"""What people and services ask of a desk, checked and submitted."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from siyu.engine.engine import Engine
from siyu.engine.facts import NewFact
from siyu.engine.outcome import Decision
from siyu.inputs import parse_json


class AtDesk(NamedTuple):
    """A fact for a desk: its type, whom it is about, and what it carries, still to be checked against its model.

    `key`, namespaced already, names it for ever.
    """

    fact_type: str
    member_id: UUID
    model: type[BaseModel]
    data: Mapping[str, object]
    key: str


async def submit_at_desk(engine: Engine, asked: AtDesk) -> Decision:
    """The desk's decision, which happened now; the first one again where the key is known.

    Raises InvalidInput with the names of the fields, NotFound without such a member, IdempotencyConflict and Busy.
    """
    data = parse_json(asked.model, dict(asked.data), ()).model_dump(mode="json", exclude_none=True)
    fact = NewFact(asked.fact_type, asked.member_id, engine.clock(), data, asked.key, stamped=True)
    [decision] = (await engine.submit(fact)).decisions
    return decision
