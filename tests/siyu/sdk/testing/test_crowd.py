"""Equal seeds make equal crowds; what they do can happen."""

from dataclasses import replace
from random import Random
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import Field

from plugins.check_in.campaign import CHECK_IN
from plugins.purchase.campaign import PURCHASE
from siyu.sdk import Action, ActionInput, member_code, member_of_code
from siyu.sdk.testing import Crowd, Stage, Step, play
from siyu.sdk.testing.crowd import CODES, MEMBERS
from siyu.sdk.testing.member import id_on_stage
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.strategies import lives_of


def seeded(seed: int) -> Random:
    """A generator that draws the same each time."""
    return Random(seed)  # noqa: S311 - nothing is kept secret by it


@pytest.mark.parametrize("kind", [CHECK_IN, PURCHASE], ids=lambda kind: kind.key)
def test_equal_seeds_make_equal_crowds(kind: AnyCampaignType) -> None:
    def steps(seed: int) -> list[Step]:
        crowd = Crowd(kind, seeded(seed))
        return [crowd.step() for _ in range(50)]

    assert steps(7) == steps(7)
    assert steps(7) != steps(8)


def test_a_late_fact_leaves_the_clock_where_it_was() -> None:
    stage = Stage(PURCHASE)
    began = stage.now
    step = next(step for step in iter(Crowd(PURCHASE, seeded(7)).step, None) if step.late and step.after)

    played = play(stage, step)

    assert stage.now == began + step.after
    assert played.fact.at == stage.now - step.late


@given(lives_of(PURCHASE))
def test_a_crowd_refunds_what_it_paid_alone(life: list[Step]) -> None:
    stage = Stage(PURCHASE)

    assert {play(stage, step).refusal for step in life} <= {None, "TOO_LATE"}


class Bind(ActionInput):
    """What a member sends to bind."""

    inviter: Annotated[str, Field(max_length=32)] | None = None


BINDING = replace(CHECK_IN, partner="inviter", actions=(Action("bind", CHECK_IN.title, Bind),), listens=frozenset())


def test_members_send_the_codes_of_others_of_their_own_and_junk() -> None:
    crowd = Crowd(BINDING, seeded(7))
    steps = [crowd.step() for _ in range(100)]
    named = {(step.member, member_of_code(step.data["inviter"])) for step in steps if "inviter" in step.data}

    assert named >= {(member, id_on_stage(other)) for member in MEMBERS for other in MEMBERS}
    assert named & {(member, None) for member in MEMBERS}


def test_a_crowd_of_others_sends_their_codes() -> None:
    crowd = Crowd(BINDING, seeded(7), codes=[member_code(UUID(int=7))])
    sent = {member_of_code(crowd.data("check_in.bind").get("inviter")) for _ in range(30)}

    assert sent == {UUID(int=7), None}


def test_only_a_type_with_a_partner_names_one() -> None:
    def first(partner: str | None) -> set[object]:
        crowd = Crowd(replace(BINDING, partner=partner), seeded(7))
        return {crowd.data("check_in.bind").get("inviter") for _ in range(30)}

    assert first(None).isdisjoint(CODES)
    assert not first("inviter").isdisjoint(CODES)
