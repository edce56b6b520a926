"""The explorer's example documents fit the committed schema."""

import json
import re
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    get_variable_values,
    parse,
    validate,
)

from api.explorer import PAGE

SCHEMA = Path("schema/schema.graphql")
EXAMPLE = re.compile(r"query: `([^`]*)`,\s*variables: `([^`]*)`")
EXAMPLES = EXAMPLE.findall((PAGE / "examples.js").read_text())


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The schema as committed."""
    if not SCHEMA.is_file():
        pytest.skip("schema/schema.graphql is not written yet")
    return build_schema(SCHEMA.read_text())


def test_all_three_examples_are_read() -> None:
    assert len(EXAMPLES) == (PAGE / "examples.js").read_text().count("title:") == 3


@pytest.mark.parametrize(("query", "variables"), EXAMPLES)
def test_every_example_fits_the_schema(schema: GraphQLSchema, query: str, variables: str) -> None:
    document = parse(query)

    assert validate(schema, document) == []
    values = get_variable_values(
        schema, operation_of(document).variable_definitions or (), json.loads(variables or "{}")
    )
    assert not isinstance(values, list), values
