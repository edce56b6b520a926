"""What groups ask, and what members answer, over GraphQL."""

from typing import Any

import pytest

from schema.ids import GROUP, encode_id
from tests.factories import add_members
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member
from tests.schema.test_wallets import codes, mutation, run
from tests.siyu.groups.shop import add_group, joined

ASK = mutation("groupQuestionnaireSet", "group { questionnaire { version questions { key options { key tag } } } }")
ANSWER = mutation("questionnaireAnswer", "group { key }")
RESULTS = """
query ($id: ID!) {
  group(id: $id) {
    questionnaireResults { version answered questions { key texts options { key count } } }
  }
}
"""


async def test_members_answer_what_their_group_asks(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    group = encode_id(GROUP, await add_group(shop.pool, "tea"))
    await shop.engine.submit(joined(lin, "tea", NOON))
    tea = {
        "key": "tea",
        "kind": "SINGLE",
        "title": "?",
        "options": [{"key": "green", "title": "Green", "tag": "green"}],
    }
    wish = {"key": "wish", "kind": "TEXT", "title": "?"}

    asked = await run(shop, OPERATOR, ASK, {"group": group, "questions": [tea, wish]})
    assert asked["group"]["questionnaire"]["version"] == 1
    given = [{"question": "tea", "options": ["green"]}, {"question": "wish", "text": "a secret 13800138000"}]
    said = {"group": group, "version": 1, "answers": given, "idempotencyKey": "12345678"}
    assert codes(await run(shop, as_member(wang), ANSWER, said)) == ["NOT_FOUND"]
    first, again = [await run(shop, as_member(lin), ANSWER, said) for _ in range(2)]
    assert first == again == {"group": {"key": "tea"}, "userErrors": []}
    assert codes(await run(shop, as_member(lin), ANSWER, said | {"idempotencyKey": "another-key"})) == [
        "ALREADY_ANSWERED"
    ]

    results = (await shop.data(OPERATOR, RESULTS, id=group))["group"]["questionnaireResults"]
    assert results == {
        "version": 1, "answered": 1, "questions": [
            {"key": "tea", "texts": 0, "options": [{"key": "green", "count": 1}]},
            {"key": "wish", "texts": 1, "options": []},
        ],
    }  # fmt: skip
    assert await shop.pool.fetchval("SELECT tags FROM member WHERE id = $1", lin) == ["green"]
    assert "secret" not in str(await shop.pool.fetch("SELECT data FROM fact"))


@pytest.mark.parametrize(
    "answers",
    [
        [{"question": "tea"}],
        [{"question": "tea", "options": ["a"], "text": "b"}],
        [{"question": "tea", "text": "b"}] * 2,
        [{"question": "tea", "text": "b" * 501}],
        [{"question": str(place), "text": "b"} for place in range(21)],
    ],
    ids=["neither", "both", "twice", "long", "many"],
)
async def test_answers_that_cannot_be_are_told(shop: Shop, answers: Any) -> None:
    [lin] = await add_members(shop.pool, 1)
    group = encode_id(GROUP, await add_group(shop.pool, "tea"))
    await shop.engine.submit(joined(lin, "tea", NOON))
    said = {"group": group, "version": 1, "answers": answers, "idempotencyKey": "12345678"}

    assert codes(await run(shop, as_member(lin), ANSWER, said)) == ["INVALID_INPUT"]
