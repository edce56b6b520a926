"""Partners and invitations on a stage."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from plugins.check_in.campaign import CHECK_IN
from siyu.sdk import Action, ActionInput, Effect, Fact, Grant, Invite, NotDeclared, Refuse, Text, View, member_code
from siyu.sdk.testing import InvalidEffect, Played, Stage, check_campaign


class Bind(ActionInput):
    """Whose code was scanned."""

    inviter: str = ""


def bind(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    """Keep who invited the member, with a point."""
    if view.partner is None:
        yield Refuse("NOBODY")
        return
    yield Invite(view.partner.id, "NOT_INVITED")
    yield Grant("points", 1)


BINDING = replace(
    CHECK_IN,
    key="binding",
    actions=(Action("bind", Text(zh="绑定", en="Bind"), Bind),),
    listens=frozenset(),
    settles=frozenset(),
    effects=frozenset({Grant, Invite, Refuse}),
    refusals={
        "NOBODY": Text(zh="邀请码无效", en="There is nobody of this code"),
        "NOT_INVITED": Text(zh="不能绑定：{reason}", en="Not invited: {reason}"),
    },
    partner="inviter",
    decide=bind,
)


@pytest.fixture
def stage() -> Stage[Any, Any]:
    """Lin joined first, then Wang, and Zhao last."""
    stage = Stage(BINDING)
    for day, name in enumerate(["lin", "wang", "zhao"], 1):
        stage.member(name, joined_at=f"2026-11-{day:02}T09:00")
    return stage


def act(stage: Stage[Any, Any], member: str, inviter: str) -> Played:
    """The member scans the inviter's code."""
    return stage.act(member, "bind", inviter=stage.member(inviter).code)


def test_who_was_invited_has_one_inviter_for_ever(stage: Stage[Any, Any]) -> None:
    first, again = act(stage, "zhao", "lin"), act(stage, "zhao", "wang")

    assert first.log[0] == {"kind": "invite", "inviter": str(stage.member("lin").id)}
    assert (again.refusal, again.missing) == ("NOT_INVITED", {"reason": "bound"})
    assert stage.inviter("zhao") == stage.member("lin")
    assert stage.inviter("lin") is None
    assert stage.balance("zhao") == 1


def test_nobody_invites_themselves(stage: Stage[Any, Any]) -> None:
    refused = act(stage, "lin", "lin")

    assert (refused.refusal, refused.missing, refused.log) == ("NOT_INVITED", {"reason": "self"}, ())


def test_who_came_later_did_not_invite(stage: Stage[Any, Any]) -> None:
    refused = act(stage, "lin", "zhao")

    assert (refused.refusal, refused.missing) == ("NOT_INVITED", {"reason": "later"})


def test_of_two_who_joined_at_one_moment_one_can_invite_the_other() -> None:
    stage = Stage(BINDING)
    first, second = sorted([stage.member("lin"), stage.member("wang")], key=lambda member: member.id)

    assert act(stage, first.name, second.name).missing == {"reason": "later"}
    assert act(stage, second.name, first.name).refusal is None


def test_what_is_nobodys_code_names_no_partner(stage: Stage[Any, Any]) -> None:
    for junk in ("", "junk", member_code(UUID(int=1)), str(stage.member("lin").id)):
        assert stage.act("zhao", "bind", inviter=junk).refusal == "NOBODY"


@pytest.mark.parametrize("inviter", [UUID(int=1), "lin", None])
def test_nobody_but_the_partner_can_have_invited(stage: Stage[Any, Any], inviter: Any) -> None:
    stage.kind = replace(BINDING, decide=lambda fact, view: [Invite(inviter, "NOT_INVITED")])

    with pytest.raises(InvalidEffect, match="inviter must be the id of the partner"):
        act(stage, "zhao", "lin")
    with pytest.raises(InvalidEffect, match="names no partner"):
        stage.act("zhao", "bind")


def test_an_invitation_is_made_once_a_decision(stage: Stage[Any, Any]) -> None:
    stage.kind = replace(BINDING, decide=lambda fact, view: [*bind(fact, view), *bind(fact, view)])

    with pytest.raises(InvalidEffect, match="at most one Invite"):
        act(stage, "zhao", "lin")


def test_a_partner_is_seen_where_the_type_declares_one() -> None:
    stage = Stage(replace(BINDING, partner=None))

    with pytest.raises(NotDeclared, match="declares no `partner`"):
        act(stage, "lin", "wang")


def test_random_lives_reach_every_side_of_it() -> None:
    report = check_campaign(BINDING, old_states={1: [{}]})

    assert "declared_effects_are_used" in report.passed
    assert "refusals_can_be_told" in report.passed
