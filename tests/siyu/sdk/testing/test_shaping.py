"""The stage takes the facts about groups and chats that a shop takes, as the shop keeps them."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from siyu.engine.intake import service_fact
from siyu.errors import InvalidInput
from siyu.groups import Role
from siyu.sdk import member_code
from siyu.sdk.group_facts import GroupRole
from siyu.sdk.testing import Stage
from siyu.sdk.testing.member import id_on_stage
from siyu.sdk.testing.shaping import told_data
from tests.clock import NOON
from tests.factories import shop_registry
from tests.siyu.sdk.testing.planted import SOUND

ANNA = member_code(id_on_stage("anna"))
FACTS: list[tuple[str, dict[str, Any]]] = [
    ("group.joined", {"group": "tea"}),
    ("group.joined", {"group": "tea", "role": "koc", "inviter": ANNA}),
    ("group.joined", {"group": "tea", "role": "king"}),
    ("group.joined", {"group": "tea", "inviter": "Anna"}),
    ("group.answered", {"group": "tea", "answers": {"version": 1, "choices": {"tea": ["green", "black"]}}}),
    ("group.left", {}),
    ("message.posted", {"group": "tea", "kind": "text", "length": 3}),
    ("message.posted", {"group": "tea", "kind": "text", "length": 3, "text": "hello"}),
    ("message.posted", {"group": "tea", "kind": "text"}),
    ("message.liked", {"group": "tea", "author": ANNA}),
    ("message.liked", {"group": "tea", "author": "Anna"}),
    ("link.clicked", {"group": "tea"}),
]


@pytest.mark.parametrize(("type_", "data"), FACTS)
def test_the_stage_takes_what_a_shop_takes(type_: str, data: dict[str, Any]) -> None:
    try:
        taken = service_fact(shop_registry(), type_, NOON, data, "service/archive/12345678", NOON).data
    except InvalidInput:
        with pytest.raises(ValidationError):
            told_data(type_, data)
    else:
        assert told_data(type_, data) == taken


def test_the_stage_refuses_what_is_said_and_what_is_not_there() -> None:
    kind = replace(SOUND, listens=frozenset({"message.posted"}))
    for data in ({"group": "tea", "kind": "text"}, {"group": "tea", "kind": "text", "length": 2, "text": "hi"}):
        with pytest.raises(ValidationError):
            Stage(kind).fact("anna", "message.posted", **data)


def test_facts_have_the_roles_of_rows() -> None:
    assert set(get_args(GroupRole)) == {role.value for role in Role}
