"""Facts from outside, checked before they are submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from siyu.campaigns import AnyCampaignType, Registry
from siyu.deadline import DEADLINE, Patience
from siyu.engine.desks import DESKS
from siyu.engine.facts import NewFact
from siyu.errors import InvalidInput, Problem
from siyu.groups import GROUP_FACTS
from siyu.inputs import check_json, parse_json
from siyu.metrics.facts import METRIC_FACTS
from siyu.orders import CORE_FACTS
from siyu.sdk import Action
from siyu.talk import TALK_FACTS
from siyu.touches import TOUCH_FACTS

# Every shape of a fact that the core knows itself.
KNOWN_FACTS: Mapping[str, type[BaseModel]] = {
    **CORE_FACTS,
    **GROUP_FACTS,
    **TALK_FACTS,
    **METRIC_FACTS,
    **TOUCH_FACTS,
}
KEY_LENGTH_MIN = 8
KEY_LENGTH_MAX = 128
# Clocks of two machines differ a little; a fact from further ahead is a mistake.
CLOCK_SKEW_MAX = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """A checked fact of a service, whose member is still to be found."""

    type: str
    at: datetime
    data: Mapping[str, Any]
    idempotency_key: str

    def about(self, member_id: UUID) -> NewFact:
        """The fact, ready to be submitted."""
        return NewFact(self.type, member_id, self.at, self.data, self.idempotency_key)


def action_fact(
    kind: AnyCampaignType, action: Action, campaign_id: UUID, member_id: UUID, data: object, key: str, now: datetime
) -> NewFact:
    """What a member does in a campaign, as it happens now. Raises InvalidInput with the fields' names as paths."""
    checked = DEADLINE.ask(Patience(), parse_json, action.input, data, ())
    return NewFact(
        kind.fact_type(action),
        member_id,
        now,
        checked.model_dump(mode="json"),
        idempotency_key(f"member/{member_id}", key),
        campaign_id,
        stamped=True,
    )


def service_fact(
    registry: Registry, fact_type: str, at: datetime, data: object, key: str, now: datetime
) -> ServiceFact:
    """What a service or an operator reports; `key` is namespaced already. Raises InvalidInput.

    `at` is aware, after 1970 and no more than CLOCK_SKEW_MAX ahead of `now`.
    """
    if not EARLIEST <= at <= now + CLOCK_SKEW_MAX:
        raise InvalidInput([Problem(("occurred_at",), "must lie between 1970 and now")])
    return ServiceFact(fact_type, at, _check_data(registry, fact_type, data), key)


def idempotency_key(principal: str, key: str) -> str:
    """The key in the principal's own namespace, so that nobody can meet another's. Raises InvalidInput."""
    if not (KEY_LENGTH_MIN <= len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        problem = f"must have {KEY_LENGTH_MIN} to {KEY_LENGTH_MAX} printable ASCII characters"
        raise InvalidInput([Problem(("idempotency_key",), problem)])
    return f"{principal}/{key}"


def _check_data(registry: Registry, fact_type: str, data: object) -> Mapping[str, Any]:
    core = KNOWN_FACTS.get(fact_type)
    if core is not None:
        return parse_json(core, data, ("data",)).model_dump(mode="json", exclude_none=True)
    if not _is_awaited(registry, fact_type):
        raise InvalidInput([Problem(("type",), "unknown fact type")])
    if not isinstance(data, dict):
        raise InvalidInput([Problem(("data",), "must be an object")])
    check_json(data, ("data",))
    return data


def _is_awaited(registry: Registry, fact_type: str) -> bool:
    """Whether some campaign type wants such facts, and they are none that a campaign or the core enters itself."""
    kinds = registry.types.values()
    if fact_type in DESKS or any(fact_type in kind.own_facts() for kind in kinds):
        return False
    return any(fact_type in kind.listens | kind.settles for kind in kinds)
