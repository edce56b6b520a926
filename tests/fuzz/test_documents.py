"""Documents that nobody wrote get an answer that tells nothing but what it should, whoever sends them.

Each is sent as a stranger, as a member, as an operator and as a service. `make fuzz` sends ten times as many, others
each time.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.documents import documents, roots
from tests.fuzz.target import Target

# By four callers and for each field of the root, they are 5,000 and 50,000 requests.
CALLERS = ("stranger", "member", "operator", "service")
DOCUMENTS, DOCUMENTS_OF_MAKE_FUZZ = 12, 112
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
unhurried = settings(deadline=None, database=None, suppress_health_check=SLOW)


async def is_answered(target: Target, data: st.DataObject, root: str) -> None:
    """A document is sent by everybody; every answer is as it should be."""
    document = data.draw(documents(root))
    for caller in CALLERS:
        assert await target.send(caller, document) == [], f"as {caller}: {document}"


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
