"""`python -m api session` and `api-key`: what they print, keep and refuse."""

import asyncio
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.embedded import Servers
from api.identity import Tokens
from api.settings import Settings
from schema import Role
from schema.ids import MEMBER, encode_id
from siyu.access import KnownCredentials, Scope, refresh_session
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.errors import SessionEnded
from siyu.ids import new_id
from tests.factories import add_members


@pytest.fixture(autouse=True)
def deployment(settings: Settings, servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database."""
    monkeypatch.setenv("SIYU_DATA", str(settings.data))
    monkeypatch.setenv("SIYU_DATABASE_URL", database_url)
    monkeypatch.setenv("SIYU_REDIS_URL", servers.redis_url)


async def run(*arguments: str) -> Result:
    """A command, which has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, arguments)


async def printed(*arguments: str) -> str:
    """What a command that succeeds prints."""
    result = await run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output.strip()


async def test_sessions_are_started_and_revoked(pool: Pool, tokens: Tokens) -> None:
    [member] = await add_members(pool, 1)
    shown = encode_id(MEMBER, member)
    lin = json.loads(await printed("session", "start", "--name", "lin"))
    of_member = json.loads(await printed("session", "start", "--role", "member", "--member", shown))

    principal = tokens.verify(lin["accessToken"], utc_now()).principal
    assert (principal.role, principal.subject) == (Role.OPERATOR, "lin")
    verified = tokens.verify(of_member["accessToken"], utc_now())
    assert verified.principal.member_id == member
    assert verified.expires_at - verified.issued_at <= timedelta(minutes=15)
    again = await refresh_session(pool, lin["refreshToken"], utc_now())
    assert again.id == principal.session_id

    await printed("session", "revoke", "--role", "member", "--member", shown)
    with pytest.raises(SessionEnded):
        await refresh_session(pool, of_member["refreshToken"], utc_now())
    await refresh_session(pool, again.refresh_token, utc_now())


async def test_api_keys_are_made_listed_and_revoked(pool: Pool) -> None:
    text = await printed("api-key", "create", "--name", "till", "--scope", "facts", "--scope", "members.read")
    known = await KnownCredentials(pool, utc_now).key(text, utc_now())
    assert known is not None
    assert (known.name, known.scopes) == ("till", {Scope.FACTS, Scope.MEMBERS_READ})

    [row] = json.loads(await printed("api-key", "list", "--json"))["apiKeys"]
    assert (row["name"], row["state"], row["scopes"]) == ("till", "live", ["facts", "members.read"])
    await printed("api-key", "revoke", row["prefix"])

    assert await KnownCredentials(pool, utc_now).key(text, utc_now()) is None
    listed = await printed("api-key", "list")
    assert listed.startswith(f"{row['prefix']}  revoked, till: facts members.read; until ")
    assert text not in listed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["session", "start"], "Give --name"),
        (["session", "start", "--role", "service", "--name", "till"], "'service' is not one of"),
        (["session", "start", "--role", "member", "--member", str(new_id())], "there is no such member"),
        (["api-key", "create", "--name", " ", "--scope", "facts"], "name: must have 1 to 60 characters"),
        (["api-key", "create", "--name", "till", "--scope", "everything"], "'everything' is not one of"),
        (["api-key", "create", "--name", "till"], "Missing option '--scope'"),
        (["api-key", "revoke", "0123456789ab"], "there is no such key"),
    ],
    ids=range(7),
)
async def test_what_cannot_be_is_told_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = await run(*arguments)

    assert result.exit_code in {1, 2}
    assert sentence in result.output


async def test_in_production_a_token_is_valid_for_a_quarter_of_an_hour(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIYU_ENVIRONMENT", "production")

    verified = tokens.verify(await printed("token", "--name", "lin"), utc_now())
    assert verified.expires_at - verified.issued_at <= timedelta(minutes=15)
    longer = await run("token", "--name", "lin", "--hours", "1")
    assert longer.exit_code == 2
    assert "api-key create" in longer.output
