"""Documents made to keep a server busy (rows 1 to 3, 5 to 8 and 12 of the attack table): none of them is validated."""

from pathlib import Path
from time import process_time

import pytest
from graphql import GraphQLSchema

from api.guard import DocumentGuard, documents
from tests.api.guard.whole import whole_schema

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.graphql"))
# On a machine of our own a tenth of it; other processes may take the rest.
REFUSED_IN_S = 0.010
ATTEMPTS = 5
CIRCULAR = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The schema of all plugins."""
    return whole_schema()


@pytest.fixture
def unvalidated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever validates fails."""

    def validate(*_: object) -> None:
        raise AssertionError("it was validated")

    monkeypatch.setattr(documents, "validate_document", validate)


@pytest.mark.usefixtures("unvalidated")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_hostile_document_is_refused_before_it_is_validated(schema: GraphQLSchema, path: Path) -> None:
    limit = path.name.partition(".")[0]

    [error] = DocumentGuard(schema).look(path.read_text()).errors

    if limit == "syntax":
        assert error.message.startswith("Syntax Error: ")
    else:
        assert error.extensions == {"code": "DOCUMENT_REFUSED", "retryable": False, "limit": limit}


@pytest.mark.usefixtures("unvalidated")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_refusal_takes_less_than_ten_milliseconds_of_parsing(
    schema: GraphQLSchema, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, parsing_s = path.read_text(), 0.0
    parse = documents.parse

    def parse_timed(*arguments: object, **options: object) -> object:
        nonlocal parsing_s
        began_s = process_time()
        try:
            return parse(*arguments, **options)  # type: ignore[arg-type]  # handed on as they are
        finally:
            parsing_s = process_time() - began_s

    monkeypatch.setattr(documents, "parse", parse_timed)
    taken_s = []
    for _ in range(ATTEMPTS):
        guard, parsing_s = DocumentGuard(schema), 0.0
        began_s = process_time()
        guard.look(text)
        taken_s.append(process_time() - began_s - parsing_s)

    assert min(taken_s) < REFUSED_IN_S


def test_circular_introspection_is_refused(schema: GraphQLSchema) -> None:
    [*errors] = DocumentGuard(schema).look(CIRCULAR).errors

    assert any("introspection" in error.message for error in errors)


def test_a_refused_document_is_remembered_and_not_looked_at_again(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard, text = DocumentGuard(schema), CORPUS[0].read_text()
    first = guard.look(text)
    monkeypatch.setattr(documents, "scan", None)

    assert guard.look(text) is first
