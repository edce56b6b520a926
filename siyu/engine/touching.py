"""What front ends report of how members came, checked and as the fact that it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.engine.facts import NewFact
from siyu.inputs import parse_json
from siyu.sdk.core_facts import TOUCH_SEEN
from siyu.touches import TouchSeen


def touch_data(given: Mapping[str, object], path: tuple[str, ...]) -> Mapping[str, Any]:
    """The data of a touch. Raises InvalidInput with paths below `path`."""
    return parse_json(TouchSeen, dict(given), path).model_dump(mode="json", exclude_none=True)


def touch_fact(member_id: UUID, data: Mapping[str, Any], now: datetime, key: str) -> NewFact:
    """The fact of a touch that happens now; `key`, namespaced already, names it for ever."""
    return NewFact(TOUCH_SEEN, member_id, now, data, key, stamped=True)
