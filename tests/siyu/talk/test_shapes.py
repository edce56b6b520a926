"""The shapes of facts about chats: who, where, when, of which kind; what was said is refused."""

from uuid import UUID

import pytest

from siyu.engine.intake import service_fact
from siyu.errors import InvalidInput
from siyu.sdk import member_code
from siyu.sdk.talk_facts import CONTENT, LENGTH_MAX
from tests.clock import NOON
from tests.factories import shop_registry

AUTHOR = member_code(UUID(int=7))
POST = {"group": "g", "kind": "text", "length": 3}


def problems_of(fact_type: str, data: object) -> list[tuple[str, ...]]:
    """The paths of what is wrong with a fact."""
    try:
        service_fact(shop_registry(), fact_type, NOON, data, "service/archive/12345678", NOON)
    except InvalidInput as error:
        return [problem.path for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("fact_type", "data"),
    [
        ("message.posted", POST),
        ("message.posted", {"group": "g", "kind": "image", "length": 0}),
        ("message.liked", {"group": "g"}),
        ("message.liked", {"group": "g", "message": "m-1"}),
        ("message.liked", {"group": "g", "message": "m-1", "author": AUTHOR}),
        ("poll.answered", {"group": "g", "poll": "p-1"}),
        ("link.clicked", {"url": "https://shop.example/a"}),
        ("link.clicked", {"group": "g", "campaign": "spring", "channel": "chat"}),
    ],
)
def test_facts_about_chats_are_taken(fact_type: str, data: dict[str, object]) -> None:
    assert problems_of(fact_type, data) == []


@pytest.mark.parametrize(
    ("fact_type", "data", "path"),
    [
        ("message.posted", {"kind": "text", "length": 3}, ("data", "group")),
        ("message.posted", POST | {"group": ""}, ("data", "group")),
        ("message.posted", POST | {"kind": "poem"}, ("data", "kind")),
        ("message.posted", POST | {"length": -1}, ("data", "length")),
        ("message.posted", POST | {"length": "3"}, ("data", "length")),
        ("message.posted", POST | {"length": LENGTH_MAX + 1}, ("data", "length")),
        ("message.posted", POST | {"mood": "good"}, ("data", "mood")),
        ("message.liked", {"group": "g", "message": "m" * 65}, ("data", "message")),
        ("message.liked", {"group": "g", "author": "Anna"}, ("data", "author")),
        ("poll.answered", {"group": "g", "answer": "yes"}, ("data", "answer")),
        ("link.clicked", {"group": "g"}, ("data",)),
        ("link.clicked", {"url": "javascript:alert(1)"}, ("data", "url")),
        ("message.posted", "text", ("data",)),
    ],
)
def test_what_is_wrong_is_told_with_its_path(fact_type: str, data: object, path: tuple[str, ...]) -> None:
    assert problems_of(fact_type, data) == [path]


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_what_was_said_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        service_fact(shop_registry(), "message.posted", NOON, POST | {name: "hello"}, "service/archive/1234", NOON)

    [problem] = caught.value.problems
    assert problem.path == ("data",)
    assert problem.message == f"what was said is never kept: leave out {name}; tell its kind and length"
