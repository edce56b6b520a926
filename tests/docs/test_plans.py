"""What front ends are shown runs as plans: of the documents of this repository, hardly any is left to graphql-core."""

from graphql import OperationDefinitionNode, OperationType, parse

from api.executor.documents import look_at, uncovered_fields
from api.services import PLUGINS_FOLDER
from siyu.campaigns import load_registry
from tests.docs.pages import PAGES, ROOT, blocks
from tests.docs.test_graphql import WELCOMED
from tests.schema.conftest import schema_of

FALLBACKS_MAX = 0.02
OF_PLANS = {OperationType.QUERY, OperationType.MUTATION}


def shown() -> list[str]:
    """The documents in pages, in what the demo offers, and in clients."""
    in_pages = [block.text for page in PAGES for block in blocks(page) if block.language == "graphql"]
    of_clients = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "clients").glob("*/src/**/*.graphql"))]
    return [*in_pages, *of_clients, *(text.format(campaign="x", day="2026-11-21") for text in WELCOMED)]


def test_hardly_any_document_falls_back_to_graphql_core() -> None:
    uncovered = uncovered_fields(schema_of(load_registry(PLUGINS_FOLDER))._schema)
    fallen_back, counted = [], 0
    for text in shown():
        document = parse(text)
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        # Subscriptions are not executed, but subscribed to.
        if operations and {each.operation for each in operations} <= OF_PLANS:
            counted += 1
            if look_at(document, uncovered) is None:
                fallen_back.append(text)

    share = len(fallen_back) / counted
    print(f"{len(fallen_back)} of {counted} documents fall back: {share:.1%}")
    assert counted > 50
    assert share <= FALLBACKS_MAX, fallen_back
