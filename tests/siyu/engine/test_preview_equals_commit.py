"""What is previewed is what is then committed, whatever the facts, the states and the clocks."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.campaigns.drafts import Draft
from siyu.engine import NewFact, Outcome, Refusal
from siyu.engine.preview import Previewer, PreviewFact
from tests.factories import SHANGHAI, paid, refunded, shop_registry, sign
from tests.siyu.engine.systems import NOW, OnPostgres, own_pool
from tests.siyu.engine.test_model import (
    AMOUNTS,
    MEMBER_NUMBERS,
    MEMBERS,
    MOMENTS,
    NUMBERS,
    SLOW,
    some_campaigns,
)

CHECK_INS = 3
FACTS_MAX = 8
lives = count()

# A member, when, and either the check-in to sign in to or an order's number, an amount and whether it is a refund.
HAPPENINGS = st.tuples(
    MEMBER_NUMBERS,
    MOMENTS,
    st.integers(0, CHECK_INS - 1) | st.tuples(st.integers(0, NUMBERS - 1), AMOUNTS, st.booleans()),
)
Happening = tuple[int, datetime, int | tuple[int, int, bool]]


class Life(NamedTuple):
    """What is committed, what is then previewed and committed, and whether the states are lost in between."""

    before: list[Happening]
    after: list[Happening]
    states_are_lost: bool


# Losing a state is no accident that siyu knows: only the keys of `Once` in the log then keep a day from counting twice.
LIVES = st.builds(
    Life,
    st.lists(HAPPENINGS, max_size=FACTS_MAX),
    st.lists(HAPPENINGS, min_size=1, max_size=FACTS_MAX),
    st.booleans(),
)


class Said(NamedTuple):
    """A decision, or a preview of one; None for a campaign that does not look at the fact."""

    effects: tuple[Any, ...]
    refusal: Refusal | None


def new_fact(system: OnPostgres, life: int, happening: Happening) -> NewFact:
    """The fact as it is submitted."""
    number, at, what = happening
    member_id = system.member_ids[number]
    if isinstance(what, int):
        return sign(system.campaign_ids[what], member_id, at)
    order, amount_fen, is_refund = what
    key, name = f"{life}/{next(lives)}", f"{life}/{order}"
    return (
        refunded(member_id, name, amount_fen or 1, at, key) if is_refund else paid(member_id, name, amount_fen, at, key)
    )


def preview_fact(fact: NewFact) -> PreviewFact:
    """The same as an operator asks for it."""
    if fact.campaign_id is not None:
        return PreviewFact(fact.at, fact.member_id, action="sign")
    return PreviewFact(fact.at, fact.member_id, type=fact.type, data=fact.data)


async def commit(system: OnPostgres, facts: Sequence[NewFact]) -> list[Outcome]:
    """One after the other."""
    return [await system.engine(place).submit(fact) for place, fact in enumerate(facts)]


async def live(system: OnPostgres, previewer: Previewer, life: Life) -> None:
    """Preview for each campaign what it will be told, then commit it, and compare."""
    number = next(lives)
    await commit(system, [new_fact(system, number, happening) for happening in life.before])
    if life.states_are_lost:
        await previewer.pool.execute(
            "UPDATE participation SET state = '{}' WHERE subject_id = ANY($1)", system.member_ids
        )
    facts = [new_fact(system, number, happening) for happening in life.after]
    told = {key: [fact for fact in facts if fact.campaign_id in {None, key}] for key in system.campaign_ids}
    previews = {
        key: (await previewer.preview(Draft(key), [preview_fact(fact) for fact in heard], NOW)).steps
        for key, heard in told.items()
        if heard
    }
    outcomes = dict(zip([id(fact) for fact in facts], await commit(system, facts), strict=True))

    for key, steps in previews.items():
        decisions = [outcomes[id(fact)].decision_of(key) for fact in told[key]]
        assert [Said(step.effects, step.refusal) if step.decided else None for step in steps] == [
            Said(decision.effects, decision.refusal) if decision else None for decision in decisions
        ]


def prove(url: str, examples: int) -> None:
    """Many lives on one database."""
    with own_pool(url) as (loop, pool):
        previewer = Previewer(pool, shop_registry(), SHANGHAI)

        @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
        @given(LIVES)
        def one_life(life: Life) -> None:
            system = OnPostgres(loop, pool, some_campaigns(), MEMBERS)
            try:
                system.run(live(system, previewer, life))
            finally:
                system.close()

        one_life()


def test_a_preview_says_what_is_then_committed(database_url: str) -> None:
    prove(database_url, examples=20)


@pytest.mark.prove
def test_a_preview_says_what_is_then_committed_at_length(database_url: str) -> None:
    prove(database_url, examples=2_000)
