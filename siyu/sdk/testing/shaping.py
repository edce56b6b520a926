"""What facts about orders, groups and chats tell, checked as the engine does before it takes them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from siyu.sdk.group_facts import GROUP_FACTS
from siyu.sdk.talk_facts import TALK_FACTS
from siyu.sdk.testing.orders import CORE_FACTS
from siyu.sdk.testing.storable import as_json

SHAPES: Mapping[str, type[BaseModel]] = {**CORE_FACTS, **GROUP_FACTS, **TALK_FACTS}


def told_data(type_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a fact as campaigns see it; of a type that has no shape, as given.

    Raises pydantic.ValidationError.
    """
    shape = SHAPES.get(type_)
    if shape is None:
        return dict(data)
    told: dict[str, Any] = shape.model_validate_json(as_json(data)).model_dump(mode="json", exclude_none=True)
    return told
