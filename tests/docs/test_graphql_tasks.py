"""The pages of docs/graphql/ lead through a task: each document's answer is the one printed below it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from schema import ANONYMOUS, ErrorCode, Principal
from schema.ids import MEMBER, REWARD, encode_id
from siyu.boards import fold_everything, project, queries, rebuild_all
from siyu.cache import RedisClient
from tests.docs.pages import ROOT, blocks, name_of
from tests.docs.test_graphql import ROLE, ids_of_a_small_shop
from tests.factories import add_members, paid, shop_registry
from tests.schema.conftest import SERVICE, Shop, as_member
from tests.siyu.rewards.catalogue import add_reward

FOLDER = ROOT / "docs" / "graphql"
CHINESE = ".zh-CN.md"
ENGLISH = sorted(page for page in FOLDER.glob("*.md") if not page.name.endswith(CHINESE))
TASKS = [page for page in ENGLISH if any(block.language == "graphql" for block in blocks(page))]
# What stands for an id, a token or a code: in a document for one that is known, in an answer for a new one too.
NAME = re.compile(r"\b[A-Z]+(?:_[A-Z]+)*_(?:ID|TOKEN|CODE)\b")
# The rows of a table of errors: the codes, and where they are found.
ROW = re.compile(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| `(errors|userErrors)` \|", re.MULTILINE)
CODE = re.compile(r"`([A-Z_]+)`")
# They have the lists of codes that no campaign type has of its own.
LISTS = (ROOT / "docs" / "graphql.md", ROOT / "docs" / "rewards.md")
SPENT_FEN = 25_600


class Step(NamedTuple):
    """A document of a page, who sends it, its variables and the answer that is printed, as texts."""

    role: str
    document: str
    variables: str
    answer: str


def steps(page: Path) -> Iterator[Step]:
    """The documents of a page, each of which has its answer."""
    left = [block for block in blocks(page) if block.language in {"graphql", "json"}]
    while left:
        document = left.pop(0)
        variables = left.pop(0).text if left[0].words == "variables" else "{}"
        answer = left.pop(0)
        assert (document.language, answer.words) == ("graphql", "answer"), f"{name_of(page)}:{document.line}"
        yield Step(document.words.removeprefix(ROLE), document.text, variables, answer.text)


async def people_and_ids(shop: Shop, redis: RedisClient) -> tuple[dict[str, Principal], dict[str, str]]:
    """A member who has bought something, a friend who has not, a service, a stranger; and the ids of a small shop."""
    other, ids = await ids_of_a_small_shop(shop)
    member, friend = await add_members(shop.pool, 2)
    for someone, nickname in ((member, "Lin"), (other, "Wei")):
        await shop.pool.execute("UPDATE member SET nickname = $2 WHERE id = $1", someone, nickname)
    await shop.engine.submit(paid(member, "A-77", SPENT_FEN, shop.now))
    await fold_everything(shop.pool)
    await rebuild_all(shop.pool, redis)
    await project(shop.pool, redis, shop.now)
    teapot = await add_reward(shop.pool, "teapot", stock=50, price_points=200, title_zh="紫砂壶", title_en="Teapot")
    people = {"member": as_member(member), "friend": as_member(friend), "service": SERVICE, "stranger": ANONYMOUS}
    return people, {
        **ids,
        "MEMBER_ID": encode_id(MEMBER, member),
        "OTHER_MEMBER_ID": encode_id(MEMBER, other),
        "TEAPOT_ID": encode_id(REWARD, teapot.id),
    }


def named(shown: object, answer: object, ids: dict[str, str]) -> object:
    """The answer with the names that the page has for its texts; a new name is noted with what it stands for."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        return {key: named(shown.get(key), value, ids) for key, value in answer.items()}
    if isinstance(shown, list) and isinstance(answer, list):
        left = [None] * (len(answer) - len(shown))
        return [named(part, value, ids) for part, value in zip([*shown, *left], answer, strict=False)]
    if isinstance(shown, str) and isinstance(answer, str) and NAME.fullmatch(shown):
        return shown if ids.setdefault(shown, answer) == answer else answer
    return answer


@pytest.mark.parametrize("page", TASKS, ids=name_of)
async def test_the_answers_on_a_page_are_the_real_ones(
    shop: Shop, redis: RedisClient, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine, boards come from Redis: SQL has another revision each time.
    monkeypatch.setattr(queries, "REDIS_READ_TIMEOUT_S", 60.0)
    people, ids = await people_and_ids(shop, redis)

    for step in steps(page):
        variables = json.loads(NAME.sub(lambda found: ids[found[0]], step.variables))
        answer = await shop.answer(people[step.role], step.document, variables)
        shown = json.loads(step.answer)
        assert named(shown, answer, ids) == shown, step.document


@pytest.mark.parametrize("page", ENGLISH, ids=name_of)
def test_a_page_and_its_chinese_sibling_show_the_same(page: Path) -> None:
    sibling = page.with_name(page.name.replace(".md", CHINESE))

    first, second = [[(each.language, each.words, each.text) for each in blocks(one)] for one in (page, sibling)]
    assert first == second
    assert errors_of(sibling) == errors_of(page)
    assert f"]({sibling.name})" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", TASKS, ids=name_of)
def test_the_errors_to_expect_are_errors_that_there_are(page: Path) -> None:
    listed = {code for path in LISTS for code in CODE.findall(path.read_text(encoding="utf-8"))}
    refusals = {code for type_ in shop_registry().types.values() for code in type_.refusals}
    expected = errors_of(page)

    assert {where for _, where in expected} == {"errors", "userErrors"} or page.stem == "board"
    assert {code for code, where in expected if where == "errors"} <= {code.value for code in ErrorCode}
    assert {code for code, where in expected if where == "userErrors"} <= listed | refusals


def errors_of(page: Path) -> list[tuple[str, str]]:
    """The codes of a page's table of errors, each with where it is found."""
    rows = ROW.findall(page.read_text(encoding="utf-8"))
    return [(code, where) for codes, where in rows for code in CODE.findall(codes)]


def test_every_task_of_a_front_end_has_a_page() -> None:
    assert [page.stem for page in TASKS] == ["board", "check-in", "claim", "open-a-team", "redeem", "sign-in"]
    assert all(f"graphql/{page.name}" in LISTS[0].read_text(encoding="utf-8") for page in ENGLISH)
