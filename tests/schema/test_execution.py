"""What callers are told of errors."""

import logging
from typing import Any

import pytest

from schema import Principal, Role, execute
from schema.build import TOKENS_MAX
from siyu.ids import new_id
from tests.schema.conftest import OPERATOR, Shop


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ viewer", {}),
        ("", {}),
        ("{ nothing }", {}),
        ("query ($id: ID!) { node(id: $id) { id } }", {}),
        ("query ($first: Int) { members(first: $first) { nodes { id } } }", {"first": "many"}),
        ("{ leaderboard(board: 5.5, window: YEAR) { exact } }", {}),
        ("fragment F on Query { __typename }", {}),
        ("subscription { nothing }", {}),
        ("{ " + "__typename " * (TOKENS_MAX + 1) + "}", {}),
    ],
)
async def test_a_bad_document_runs_nothing_and_is_told(shop: Shop, document: str, variables: dict[str, Any]) -> None:
    answer = await shop.answer(OPERATOR, document, variables)

    assert "data" not in answer or answer["data"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INVALID_REQUEST"}


async def test_an_operation_is_chosen_by_its_name(shop: Shop) -> None:
    document = "query A { a: __typename } query B { b: __typename }"

    chosen = await execute(shop.schema, document, None, "B", shop.context(OPERATOR))
    unknown = await execute(shop.schema, document, None, "C", shop.context(OPERATOR))

    assert chosen == {"data": {"b": "Query"}}
    assert unknown["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"


async def test_what_nobody_foresaw_is_logged_and_masked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*arguments: object) -> None:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr("schema.member_lists.member_page", fail)
    with caplog.at_level(logging.ERROR):
        answer = await shop.answer(OPERATOR, "{ members { nodes { id } } }")

    [error] = answer["errors"]
    assert error["message"] == "internal error"
    assert error["extensions"] == {"code": "INTERNAL", "retryable": False, "requestId": "request-1"}
    assert "1234" not in str(answer)
    assert "request-1" in caplog.text
    assert "1234" in caplog.text


def test_only_members_have_a_member_id() -> None:
    with pytest.raises(ValueError, match="members"):
        Principal(Role.MEMBER)
    with pytest.raises(ValueError, match="members"):
        Principal(Role.OPERATOR, member_id=new_id())


def test_a_subject_fits_into_an_idempotency_key() -> None:
    with pytest.raises(ValueError, match="longer"):
        Principal(Role.SERVICE, subject="s" * 61)
