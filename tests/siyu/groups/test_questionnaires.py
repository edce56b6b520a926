"""What groups ask, what members answer, and the tags that come of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from siyu.db import Pool
from siyu.engine import NewFact
from siyu.groups.presets import PRESETS
from siyu.groups.questionnaire import Questionnaire, parse_questions, tags_for, to_json, wrong_answer
from siyu.groups.questionnaire_store import Answered, answered, questionnaires_of, set_questionnaire
from siyu.ids import new_id
from siyu.sdk.audience import LABELS_MAX
from siyu.sdk.group_facts import Answers
from tests.clock import NOON
from tests.factories import add_members, shop_engine
from tests.siyu.groups.shop import add_group, codes, joined

TEA = {"key": "tea", "kind": "single", "title": "Which tea?", "required": True, "options": [
    {"key": "green", "title": "Green", "tag": "green-tea"}, {"key": "black", "title": "Black"},
]}  # fmt: skip
WHEN = {"key": "when", "kind": "multi", "title": "When?", "options": [
    {"key": "am", "title": "Mornings", "tag": "early"}, {"key": "pm", "title": "Evenings", "tag": "late"},
]}  # fmt: skip
WISH = {"key": "wish", "kind": "text", "title": "A wish?"}
ASKED = Questionnaire.model_validate({"questions": [TEA, WHEN, WISH]}).questions


def answers(choices: Any = None, texts: Any = None, version: int = 1) -> dict[str, Any]:
    """Answers as a fact has them."""
    return {"version": version, "choices": choices or {}, "texts": texts or {}}


def told(member: Any, given: Any) -> NewFact:
    """A member answered."""
    return NewFact("group.answered", member, NOON, {"group": "tea", "answers": given}, new_id().hex)


@pytest.mark.parametrize(
    ("choices", "texts", "wrong"),
    [
        ({"tea": ["green"]}, {}, None),
        ({"tea": ["green"], "when": ["am", "pm"]}, {"wish": 9}, None),
        ({}, {}, "tea"),
        ({"tea": ["green", "black"]}, {}, "tea"),
        ({"tea": ["white"]}, {}, "tea"),
        ({"tea": ["green"], "when": ["am", "am"]}, {}, "when"),
        ({"tea": ["green"], "moon": ["x"]}, {}, "moon"),
        ({"tea": ["green"], "wish": ["x"]}, {}, "wish"),
        ({"tea": ["green"]}, {"when": 3}, "when"),
    ],
    ids=range(9),
)
def test_answers_fit_the_questions_or_the_first_that_does_not_is_told(choices: Any, texts: Any, wrong: Any) -> None:
    assert wrong_answer(ASKED, Answers.model_validate(answers(choices, texts), strict=False)) == wrong


@pytest.mark.parametrize(
    "questions",
    [
        [TEA, TEA],
        [TEA | {"options": []}],
        [WISH | {"options": TEA["options"]}],
        [TEA | {"options": [TEA["options"][0]] * 2}],
        [{**WISH, "key": f"q{n}"} for n in range(21)],
        [WISH | {"title": ""}],
    ],
    ids=["one key", "no options", "options of a text", "one option twice", "too many", "no title"],
)
def test_questions_that_cannot_be_asked_are_refused(questions: Any) -> None:
    with pytest.raises(ValidationError):
        Questionnaire.model_validate({"questions": questions})


def test_every_preset_can_be_asked_and_is_stored_as_it_is() -> None:
    for preset in PRESETS.values():
        assert parse_questions(to_json(preset.questions)) == tuple(preset.questions)
        assert Questionnaire(questions=tuple(preset.questions))


def test_tags_come_in_the_order_of_the_questions() -> None:
    assert list(tags_for(ASKED, {"when": ["pm", "am"], "tea": ["green"]})) == ["green-tea", "early", "late"]


async def test_what_is_answered_on_joining_tags_the_member_once(pool: Pool) -> None:
    lin, wang = await add_members(pool, 2)
    group = await add_group(pool, "tea")
    await set_questionnaire(pool, group, ASKED, NOON, "lin")
    engine, given = shop_engine(pool), answers({"tea": ["green"], "when": ["pm"]}, {"wish": 9})

    assert await codes(engine, joined(lin, "tea", answers=given), told(lin, given)) == [None, "ALREADY_ANSWERED"]
    assert await codes(engine, told(wang, given), joined(wang, "tea"), told(wang, answers({"tea": ["white"]}))) == [
        "NOT_IN_GROUP", None, "WRONG_ANSWER"
    ]  # fmt: skip
    assert await codes(engine, told(wang, answers({"tea": ["black"]})), told(wang, answers(version=2))) == [
        None, "QUESTIONNAIRE_NOT_FOUND"
    ]  # fmt: skip

    tags = dict(await pool.fetch("SELECT id, tags FROM member"))
    assert tags == {lin: ["green-tea", "late"], wang: []}
    counts = Answered(2, {("tea", "green"): 1, ("tea", "black"): 1, ("when", "pm"): 1}, {"wish": 1})
    assert await answered(pool, [(group, 1), (group, 2)]) == {(group, 1): counts}


async def test_bad_answers_do_not_keep_anybody_from_joining(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await set_questionnaire(pool, await add_group(pool, "tea"), ASKED, NOON, "lin")

    assert await codes(shop_engine(pool), joined(lin, "tea", answers=answers({"tea": ["white"]}))) == [None]
    assert await pool.fetchval("SELECT count(*) FROM questionnaire_answer") == 0


async def test_a_member_gets_no_more_tags_than_there_may_be(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET tags = $1", [str(n) for n in range(LABELS_MAX - 1)])
    await set_questionnaire(pool, await add_group(pool, "tea"), ASKED, NOON, "lin")

    await codes(shop_engine(pool), joined(lin, "tea", answers=answers({"tea": ["green"], "when": ["am"]})))

    tags = await pool.fetchval("SELECT tags FROM member")
    assert (len(tags), tags[-1]) == (LABELS_MAX, "green-tea")


async def test_other_questions_are_another_version_and_the_same_are_not(pool: Pool) -> None:
    group = await add_group(pool, "tea")

    rows = [await set_questionnaire(pool, group, asked, NOON, "lin") for asked in (ASKED, ASKED, ASKED[:1])]

    assert [row.version for row in rows] == [1, 1, 2]
    assert (await questionnaires_of(pool, [group]))[group].questions == ASKED[:1]
    await set_questionnaire(pool, group, (), NOON, "lin")
    assert await questionnaires_of(pool, [group]) == {}
