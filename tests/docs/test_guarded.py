"""The server admits every document that the manual shows, with a quarter of each limit to spare."""

import json
from dataclasses import fields, replace

import pytest
from graphql import GraphQLSchema

from api.guard import LIMITS, DocumentGuard
from tests.api.guard.whole import whole_schema
from tests.docs.pages import PAGES, TUTORIAL, Block, blocks
from tests.docs.test_graphql import documents

SPARE = 0.75
# Of these nothing smaller can be asked for than one.
WHOLE = {"moves"}
# The tutorial's type is not installed here.
SHOWN = [pair for page in PAGES if page != TUTORIAL for pair in documents(blocks(page))]
TIGHT = replace(
    LIMITS,
    **{each.name: int(getattr(LIMITS, each.name) * SPARE) for each in fields(LIMITS) if each.name not in WHOLE},
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The schema of all plugins."""
    return whole_schema()


@pytest.mark.parametrize(
    ("block", "variables"), SHOWN, ids=lambda each: each.text[:40] if isinstance(each, Block) else ""
)
def test_a_document_of_the_manual_is_far_from_every_limit(schema: GraphQLSchema, block: Block, variables: str) -> None:
    known = DocumentGuard(schema, TIGHT).look(block.text)

    assert known.errors == ()
    for operation in known.operations.values():
        assert operation.cost(json.loads(variables)) <= TIGHT.cost
