"""A member's groups as a whole: whoever gives the list has the member join and leave until it is so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from siyu.engine.engine import Engine
from siyu.engine.facts import NewFact
from siyu.engine.outcome import Refusal
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.groups.queries import groups_by_key
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.sdk.audience import GROUP_LENGTH_MAX, LABELS_MAX
from siyu.sdk.core_facts import GROUP_JOINED, GROUP_LEFT

KEYS_OF = "SELECT groups FROM member WHERE id = $1"


async def check_groups(engine: Engine, keys: Sequence[str]) -> list[str]:
    """The keys, each once. Raises InvalidInput for one that no group has, and for too many."""
    if len(keys) > LABELS_MAX:
        raise InvalidInput([Problem(("groups",), f"must be at most {LABELS_MAX}")])
    wanted = [check_text(key, ("groups", str(place)), GROUP_LENGTH_MAX) for place, key in enumerate(keys)]
    known = await groups_by_key(engine.pool, set(wanted))
    strange = [place for place, key in enumerate(wanted) if key not in known]
    if strange:
        raise InvalidInput([Problem(("groups", str(place)), "there is no such group") for place in strange])
    return list(dict.fromkeys(wanted))


async def regroup(engine: Engine, member_id: UUID, keys: Sequence[str], now: datetime) -> list[Refusal]:
    """Have the member leave what is not among the keys and join what is; why not, for what was refused.

    Each is a fact of its own. Raises NotFound and Busy.
    """
    present = await engine.pool.fetchval(KEYS_OF, member_id)
    if present is None:
        raise NotFound("there is no such member")
    moves = [(GROUP_LEFT, key) for key in present if key not in keys]
    moves += [(GROUP_JOINED, key) for key in keys if key not in present]
    refusals: list[Refusal] = []
    for fact_type, key in moves:
        fact = NewFact(fact_type, member_id, now, {"group": key}, f"regroup/{new_id().hex}")
        outcome = await engine.submit(fact)
        refusals += [each.refusal for each in outcome.decisions if each.campaign_id is None and each.refusal]
    return refusals
