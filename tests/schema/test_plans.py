"""Over the whole schema and a real shop, plans answer whoever asks what graphql-core answers."""

import gc
from collections.abc import Awaitable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, execute, parse, validate

from api.executor import PlanCounts
from api.executor.documents import Plans
from schema.ids import CAMPAIGN, MEMBER, encode_id
from tests.api.executor.documents import Documents, Literals
from tests.api.executor.nulls import nulled
from tests.factories import add_campaign, add_members, paid, refunded, sign
from tests.schema.conftest import ANONYMOUS, NOON, OPERATOR, SERVICE, Shop, as_member

# graphql-core leaves behind what the siblings of an error would have waited for; it is collected while we look away.
pytestmark = [
    pytest.mark.usefixtures("collected"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def collected() -> Iterator[None]:
    """What was left behind is gone before the next test."""
    yield
    gc.collect()


# The inputs of previews follow rules of their own, and a board that is read anew says so in these fields.
LEFT_OUT = frozenset({"campaignPreview", "revision", "asOf", "exact"})


async def busy_shop(shop: Shop) -> tuple[list[Any], Literals]:
    """Members, campaigns and what happened to them; who may ask, and what scalars may be."""
    lin, wang, chen = members = await add_members(shop.pool, 3)
    campaigns = [await add_campaign(shop.pool, key) for key in ("check_in", "purchase")]
    campaigns.append(await add_campaign(shop.pool, "not_installed"))
    for days in range(3):
        await shop.engine.submit(sign(campaigns[0], lin, NOON - timedelta(days=days)))
    facts = [await shop.engine.submit(paid(member, f"N{member}", 12_300, NOON)) for member in (lin, wang)]
    await shop.engine.submit(refunded(lin, f"N{lin}", 300, NOON))
    decisions = [outcome.decisions[0].id for outcome in facts]
    ids = [encode_id(MEMBER, lin), encode_id(CAMPAIGN, campaigns[0]), encode_id("Decision", decisions[0]), "no id"]
    texts = {
        "ID": ids,
        "member": ids[:1],
        "campaign": ids[1:2],
        "board": ["points", "streak", "nothing"],
        "String": ["x"],
        "after": [""],
        "before": [""],
    }
    bare = {"Int": ["1", "2", "20", "-1"], "first": ["1", "3", "101"], "last": ["2"], "Boolean": ["true"]}
    moments = {"DateTime": [f'"{NOON.isoformat()}"'], "Date": ['"2026-11-21"'], "JSON": ["{}"], "BigInt": ['"7"']}
    literals = {name: [f'"{text}"' for text in some] for name, some in texts.items()} | bare | moments
    return [as_member(lin), as_member(chen), OPERATOR, SERVICE, ANONYMOUS, *map(as_member, members)], literals


def told(result: Any) -> tuple[bytes, set[tuple[str | int, ...]]]:
    """The data as it goes out, and where errors have made it null; of several at one place, chance tells which."""
    assert isinstance(result, ExecutionResult)
    errors = [error.formatted for error in result.errors or ()]
    return orjson.dumps(result.data), nulled({"data": result.data, "errors": errors})


async def compare(shop: Shop, operations: int) -> None:
    principals, literals = await busy_shop(shop)
    schema, counts = shop.schema._schema, PlanCounts()
    plans, errors = Plans(schema, counts), 0
    for seed in range(operations):
        random = Random(seed)  # noqa: S311 - a test's
        text, variables = Documents(schema, literals, random, LEFT_OUT).operation("query")
        document, principal = parse(text), random.choice(principals)
        assert validate(schema, document) == [], text

        core = execute(schema, document, context_value=shop.context(principal), variable_values=variables)
        core = await core if isinstance(core, Awaitable) else core
        planned = await plans.run(text, document, None, variables, None, shop.context(principal))

        assert planned is not None, text
        assert told(planned) == told(core), (text, principal)
        errors += bool(planned.errors)
    assert counts.planned == operations
    assert operations / 10 < errors < operations


async def test_plans_answer_as_graphql_core_does(shop: Shop) -> None:
    await compare(shop, 100)


@pytest.mark.prove
async def test_plans_answer_much_as_graphql_core_does(shop: Shop) -> None:
    await compare(shop, 5_000)
