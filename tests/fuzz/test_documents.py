"""Documents that nobody wrote get an answer that tells nothing but what it should, whoever sends them.

Each is sent as a stranger, as a member, as an operator and as a service. `make fuzz` sends fourteen times as many,
others each time.
"""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.docs.pages import ROOT
from tests.fuzz.documents import documents, roots
from tests.fuzz.other_member import CANARY
from tests.fuzz.target import CPU_S, Target, wrongs

# By four callers and for each field of the root, they are 5,000 and 50,000 requests.
CALLERS = ("stranger", "member", "operator", "service")
DOCUMENTS, DOCUMENTS_OF_MAKE_FUZZ = 8, 112
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
unhurried = settings(deadline=None, database=None, suppress_health_check=SLOW)


async def is_answered(target: Target, data: st.DataObject, root: str) -> None:
    """A document is sent by everybody; every answer is as it should be."""
    document = data.draw(documents(root))
    for caller in CALLERS:
        assert await target.send(caller, document) == [], f"as {caller}: {document}"


async def test_staff_see_what_is_not_to_be_leaked_and_the_member_does_not(target: Target) -> None:
    entries = "wallet(unit: POINTS) { entries { nodes { reference } } }"
    document = f'{{ member(id: "OTHER_MEMBER_ID") {{ tags {{ name }} groupKeys {entries} }} }}'
    body = {"query": document.replace("OTHER_MEMBER_ID", target.ids["OTHER_MEMBER_ID"])}
    told = {
        caller: (await target.client.post("/graphql", json=body, headers={"Authorization": f"Bearer {bearer}"})).text
        for caller, bearer in target.bearers.items()
        if bearer
    }

    assert {caller for caller, text in told.items() if CANARY in text} == {"operator", "service"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"data": None}),
        (503, {"data": None}),
        (401, {"data": None}),
        (200, {"data": {"member": {"tags": [CANARY]}}}),
        (200, {"errors": [{"message": "internal error", "extensions": {"code": "INTERNAL"}}]}),
        (200, {"errors": [{"message": "x", "extensions": {"code": "MADE_UP"}}]}),
        (200, {"data": {"a": "Traceback (most recent call last)"}}),
        (200, {"data": {"a": "SELECT id FROM member"}}),
        (200, {"data": {"a": 'duplicate key value violates unique constraint "x"'}}),
        (200, {"data": {"a": f"{ROOT}/api/http"}}),
    ],
    ids=range(10),
)
def test_a_bad_answer_is_found(status: int, body: object) -> None:
    assert list(wrongs("member", httpx.Response(status, json=body), 0.0))
    assert list(wrongs("member", httpx.Response(200, json={"data": {}}), CPU_S + 1)) == ["3.0 s of CPU"]
    assert list(wrongs("member", httpx.Response(200, json={"data": {}}), 0.0)) == []


def test_they_are_thousands() -> None:
    assert len(roots()) * len(CALLERS) * DOCUMENTS >= 5_000
    assert len(roots()) * len(CALLERS) * DOCUMENTS_OF_MAKE_FUZZ >= 50_000


@pytest.mark.parametrize("root", roots())
@settings(unhurried, max_examples=DOCUMENTS, derandomize=True)
@given(data=st.data())
async def test_a_made_up_document_is_answered(target: Target, data: st.DataObject, root: str) -> None:
    await is_answered(target, data, root)


@pytest.mark.fuzz
@pytest.mark.parametrize("root", roots())
@settings(unhurried, max_examples=DOCUMENTS_OF_MAKE_FUZZ, print_blob=True)
@given(data=st.data())
async def test_made_up_documents_are_answered_for_minutes(target: Target, data: st.DataObject, root: str) -> None:
    await is_answered(target, data, root)
