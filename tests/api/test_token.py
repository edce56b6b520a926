"""`python -m api token`: whom a token is for, and what is not accepted."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.identity import load_tokens
from api.settings import load_settings
from schema import Principal, Role
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.clock import utc_now
from siyu.ids import new_id

MEMBER_ID = new_id()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment of its own."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))


def token(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["token", *arguments])


def whose(result: Result) -> Principal:
    """Whom this deployment takes the token's bearer for."""
    return load_tokens(load_settings()).verify(result.output.strip(), utc_now()).principal


@pytest.mark.parametrize("shown", [encode_id(MEMBER, MEMBER_ID), str(MEMBER_ID)], ids=["id", "uuid"])
def test_a_member_is_named_by_the_id_that_graphql_shows_or_by_the_uuid(shown: str) -> None:
    principal = whose(token("--role", "member", "--member", shown))

    assert (principal.role, principal.member_id) == (Role.MEMBER, MEMBER_ID)


def test_an_operator_has_a_name() -> None:
    assert whose(token("--name", "lin")) == Principal(Role.OPERATOR, subject="lin")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "member"], "--member goes with --role member"),
        (["--member", str(MEMBER_ID)], "--member goes with --role member"),
        (["--role", "member", "--member", "lin"], "lin is no member's id"),
        (["--role", "member", "--member", encode_id(CAMPAIGN, MEMBER_ID)], "is no member's id"),
        (["--name", "n" * 61], "--name must have 1 to 60 characters"),
        (["--hours", "721"], "721 is not in the range"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = token(*arguments)

    assert result.exit_code == 2
    assert sentence in result.output
