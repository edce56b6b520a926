"""Words that are code elsewhere (rows 19, 23 and 38 of the attack table): here they are words."""

import logging
from typing import Any

import httpx
import pytest

from api.identity import Tokens
from schema.ids import MEMBER, encode_id
from siyu.ids import new_id
from tests.api.graphql import ask, operator_token, token_of
from tests.api.observing.lines import production_log

WORDS = [
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    '"; DROP TABLE member; --',
    "${jndi:ldap://x}",
    "{{7*7}}",
    "a\nINFO request forged\r\n",
    "<script>alert(1)</script>",
    "\u202e\u0007",
    "x" * 5_000,
]
SEARCHES = """
query Search($word: String!, $id: ID!) {
  member(identity: { kind: "shop", value: $word }) { id }
  node(id: $id) { id }
  campaigns(filter: { type: $id }) { nodes { id } }
  campaign(id: $id) { id }
}
"""


@pytest.mark.parametrize("word", WORDS, ids=range(len(WORDS)))
async def test_a_word_finds_nothing_and_leaves_one_line_in_the_log_without_it(
    http: httpx.AsyncClient, tokens: Tokens, word: str
) -> None:
    with production_log(logging.DEBUG) as log:
        found = await ask(http, SEARCHES, operator_token(tokens), word=word, id=word)

    assert found == {"member": None, "node": None, "campaigns": {"nodes": []}, "campaign": None}
    [line] = log.parsed()
    assert line["message"] == "answered"
    assert len(word) == 1 or word not in str(line)


@pytest.mark.parametrize("operation", ["a\nforged", "x" * 10_000])
async def test_names_of_operations_are_not_logged_either(http: httpx.AsyncClient, operation: str) -> None:
    with production_log(logging.DEBUG) as log:
        reply = await http.post("/graphql", json={"query": "{ __typename }", "operationName": operation})

    assert reply.json()["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"
    assert len(log.parsed()) == 1
    assert "forged" not in log.getvalue()
    assert "x" * 100 not in log.getvalue()


async def test_what_is_not_there_and_what_is_not_yours_look_the_same(http: httpx.AsyncClient, tokens: Tokens) -> None:
    headers = {"Authorization": f"Bearer {token_of(tokens, new_id())}"}

    async def answer(value: str) -> Any:
        body = {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": value}}
        return (await http.post("/graphql", json=body, headers=headers)).content

    answers = {await answer(value) for value in (encode_id(MEMBER, new_id()), "TWVtYmVyOjE=", "", "x" * 500)}

    assert len(answers) == 1
