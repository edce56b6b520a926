"""What the client is told of the server is so: its codes, its documents, its manifest."""

import json
import re

import pytest
from graphql import parse, validate

from api.executor import PlanCounts, Plans
from api.services import PLUGINS_FOLDER
from api.trusted import load_trusted
from schema import build_schema
from siyu.campaigns import load_registry
from tests.api.guard.whole import whole_schema
from tests.clients.codes import CODES, codes_module
from tests.clients.npm import CLIENT, MANIFESTS
from tests.docs.test_guarded import SHOWN

OPERATION = re.compile(r"\b(?:query|mutation) (\w+)")
VARIABLES = {
    "Board": {"board": "points"},
    "CheckIn": {"input": {"campaign": "CHECK_IN_ID", "idempotencyKey": "of-today"}},
    "Rename": {"nickname": "Lin"},
    "SiyuEnd": {"token": "of-the-session"},
    "SiyuRefresh": {"token": "of-the-session"},
}
FALLBACKS_MAX = 0.02


@pytest.fixture(scope="module")
def trusted() -> list[str]:
    """The documents of the manifest, as the server reads it."""
    return list(load_trusted(MANIFESTS).values())


def operations(*texts: str) -> set[str]:
    """The names of all operations in some texts."""
    return {name for text in texts for name in OPERATION.findall(text)}


def test_the_client_knows_every_code_of_errors_and_no_other() -> None:
    assert CODES.read_text(encoding="utf-8") == codes_module()


def test_the_manifest_has_every_document_of_the_client_and_its_tests(trusted: list[str]) -> None:
    own = (CLIENT / "src" / "session-documents.ts").read_text(encoding="utf-8")
    written = [path.read_text(encoding="utf-8") for path in (CLIENT / "test" / "documents").glob("*.graphql")]

    assert operations(*trusted) == operations(own, *written)
    # These go as texts, which the server has to find in the manifest.
    assert [text for text in trusted if "Siyu" in text] == [text for text in trusted if f'"{text}"' in own]


def test_every_document_of_the_manifest_fits_the_schema(trusted: list[str]) -> None:
    assert [error.message for text in trusted for error in validate(whole_schema(), parse(text))] == []


async def test_at_most_two_in_a_hundred_documents_fall_back_to_graphql_core(trusted: list[str]) -> None:
    counts = PlanCounts()
    plans = Plans(build_schema(load_registry(PLUGINS_FOLDER))._schema, counts)
    of_client = [(text, VARIABLES.get(OPERATION.findall(text)[0], {})) for text in trusted]
    asked = [*((block.text, json.loads(variables)) for block, variables in SHOWN), *of_client]

    # Nobody is there to answer, but an operation is counted before it is run.
    for text, variables in asked:
        await plans.run(text, parse(text), None, variables, None, None)

    assert counts.planned + counts.fallen_back == len(asked)
    assert counts.fallen_back <= FALLBACKS_MAX * len(asked)
