"""Trusted documents: manifests that are read at the start, and requests that name a document by its hash."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from api.identity import Tokens
from api.services import Services
from api.settings import SettingsError
from api.trusted import DOCUMENTS_MAX, hash_of, load_trusted
from schema import Principal, Role
from siyu.access import Scope, create_api_key
from siyu.clock import utc_now
from tests.api.applications import application
from tests.api.graphql import TOKEN_LIFE, token_of
from tests.factories import add_members

OLD, NEW, BROKEN = "query Old { __typename }", "query New { new: __typename }", "query Gone { fieldOfLastYear }"
FREE = "query Free { free: __typename }"
CODEGEN = Path(__file__).parent / "manifests"


def write(folder: Path, name: str, *documents: str) -> None:
    """A manifest as graphql-codegen writes it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps({hash_of(text): text for text in documents}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases side by side."""
    found = tmp_path_factory.mktemp("documents")
    write(found, "mini-program-1.0.json", OLD, BROKEN)
    write(found, "mini-program-2.0.json", OLD, NEW)
    return found


@pytest.fixture(scope="module")
async def strict(services: Services, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Runs trusted documents, and the analyst's."""
    async with application(
        services, trusted_documents=folder, documents="trusted", free_documents="analyst, other"
    ) as client:
        yield client


@pytest.fixture(scope="module")
async def open_(services: Services, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Runs any document, and knows trusted ones."""
    async with application(services, trusted_documents=folder) as client:
        yield client


def code_of(reply: httpx.Response) -> str:
    """The code of the one error."""
    [error] = reply.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("text", [OLD, NEW])
async def test_documents_of_every_release_are_run_by_their_hash(strict: httpx.AsyncClient, text: str) -> None:
    by_id = await strict.post("/graphql", json={"documentId": f"sha256:{hash_of(text)}"})
    bare = await strict.post("/graphql", json={"documentId": hash_of(text).upper()})
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}
    apollo = await strict.post("/graphql", json={"extensions": persisted})
    whole = await strict.post("/graphql", json={"query": text})
    both = await strict.post("/graphql", json={"query": text, "extensions": persisted})

    answers = [reply.json()["data"] for reply in (by_id, bare, apollo, whole, both)]
    assert answers == [{"__typename": "Query"} if text == OLD else {"new": "Query"}] * 5


async def test_another_document_is_not_run(strict: httpx.AsyncClient) -> None:
    reply = await strict.post("/graphql", json={"query": FREE})

    assert (reply.status_code, code_of(reply)) == (403, "DOCUMENT_NOT_TRUSTED")


@pytest.mark.parametrize(
    ("principal", "status"),
    [
        (Principal(Role.SERVICE, subject="analyst"), 200),
        (Principal(Role.OPERATOR, subject="other"), 200),
        (Principal(Role.SERVICE, subject="till"), 403),
        (Principal(Role.SERVICE, subject=""), 403),
        (Principal(Role.MEMBER, member_id=UUID(int=1)), 403),
    ],
    ids=lambda value: f"{value.role.value} {value.subject}" if isinstance(value, Principal) else None,
)
async def test_who_is_named_sends_any_document(
    strict: httpx.AsyncClient, tokens: Tokens, principal: Principal, status: int
) -> None:
    headers = {"Authorization": f"Bearer {tokens.issue(principal, utc_now(), TOKEN_LIFE)}"}

    assert (await strict.post("/graphql", json={"query": FREE}, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("name", "scopes", "status"),
    [
        ("anybody", {Scope.FREE_DOCUMENTS}, 200),
        ("anybody", {Scope.FACTS, Scope.FREE_DOCUMENTS}, 200),
        ("anybody", {Scope.FACTS}, 403),
        ("analyst", set(Scope) - {Scope.FREE_DOCUMENTS}, 403),
    ],
    ids=["with the scope", "with others", "without", "without, by a name of the setting"],
)
async def test_a_key_that_was_granted_it_sends_any_document(
    strict: httpx.AsyncClient, services: Services, name: str, scopes: set[Scope], status: int
) -> None:
    made = await create_api_key(services.pool, name, scopes, timedelta(days=1), "lin", utc_now())
    headers = {"Authorization": f"Bearer {made.text}"}

    free = await strict.post("/graphql", json={"query": FREE}, headers=headers)
    trusted = await strict.post("/graphql", json={"documentId": hash_of(OLD)}, headers=headers)

    assert (free.status_code, trusted.status_code) == (status, 200)
    assert status == 200 or code_of(free) == "DOCUMENT_NOT_TRUSTED"


@pytest.mark.parametrize("document_id", ["0" * 64, "sha256:" + "0" * 64, "x", "sha256:../../etc/passwd"])
async def test_an_unknown_hash_is_told(open_: httpx.AsyncClient, document_id: str) -> None:
    reply = await open_.post("/graphql", json={"documentId": document_id})

    assert (reply.status_code, code_of(reply)) == (400, "DOCUMENT_UNKNOWN")


async def test_nothing_is_registered_by_being_sent(open_: httpx.AsyncClient) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(FREE)}}

    sent = await open_.post("/graphql", json={"query": FREE, "extensions": persisted})
    asked = await open_.post("/graphql", json={"extensions": persisted})

    assert sent.json()["data"] == {"free": "Query"}
    assert code_of(asked) == "DOCUMENT_UNKNOWN"


async def test_a_hash_of_another_text_is_refused(open_: httpx.AsyncClient) -> None:
    reply = await open_.post("/graphql", json={"query": FREE, "documentId": "0" * 64})

    assert (reply.status_code, code_of(reply)) == (400, "INVALID_REQUEST")


async def test_a_document_that_no_longer_fits_is_told_of_and_stops_nobody(
    services: Services, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with application(services, trusted_documents=folder) as client:
        reply = await client.post("/graphql", json={"documentId": hash_of(BROKEN)})

    assert "a trusted document cannot be run: Cannot query field 'fieldOfLastYear'" in caplog.text
    assert code_of(reply) == "INVALID_REQUEST"


async def test_what_graphql_codegen_wrote_is_a_manifest(services: Services, tokens: Tokens) -> None:
    """Written by its client preset 6.2 with `persistedDocuments: { hashAlgorithm: "sha256" }`, from three documents."""
    [member] = await add_members(services.pool, 1)
    headers = {"Authorization": f"Bearer {token_of(tokens, member)}"}
    async with application(services, trusted_documents=CODEGEN, documents="trusted") as client:
        replies = [
            await client.post("/graphql", json={"documentId": key, "variables": {"board": "points"}}, headers=headers)
            for key in json.loads((CODEGEN / "codegen.json").read_text())
        ]

    assert [list(reply.json()["data"]) for reply in replies] == [["viewer"], ["leaderboard"]]


def test_without_a_folder_there_are_none() -> None:
    assert load_trusted(None) == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[]", "no object from hashes to documents"),
        ('{"a": 1}', "no object from hashes to documents"),
        ("{", "cannot be read as JSON"),
        (json.dumps({"0" * 64: OLD}), "is not the SHA-256 of its document"),
        (" " * (8 * 1024 * 1024 + 1), "is larger than"),
        (json.dumps({hash_of(str(n)): str(n) for n in range(DOCUMENTS_MAX + 1)}), "more than 5000 documents"),
    ],
    ids=["list", "number", "json", "hash", "size", "count"],
)
def test_a_bad_manifest_stops_the_start(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "release.json").write_text(content)

    with pytest.raises(SettingsError, match=f"SIYU_TRUSTED_DOCUMENTS: .*{problem}"):
        load_trusted(tmp_path)


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        load_trusted(tmp_path / "nowhere")
