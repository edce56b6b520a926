"""Tokens: whose they are, and everything that is not one of ours."""

import base64
import hashlib
import hmac
import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from api.identity import InvalidToken, Tokens, load_tokens, open_key_file
from api.identity.tokens import REMEMBERED_TOKENS_MAX, REQUIRED_CLAIMS
from api.services import Services
from api.settings import Settings, SettingsError
from schema import Principal, Role
from schema.ids import MEMBER, encode_id
from siyu.clock import utc_now
from siyu.ids import new_id
from tests.api.graphql import TOKEN_LIFE, VIEWER, ask, token_of
from tests.api.processes import ROOT
from tests.factories import add_members

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
MAKERS = 3
MAKE_KEY = """
from api.identity import open_key_file
from api.settings import Settings
print(open_key_file(Settings(_env_file=None)).ring().keys[0].kid)
"""


def claims(**changes: object) -> dict[str, Any]:
    """The claims of an operator's token that is good now, changed; None leaves a claim out."""
    now = utc_now()
    good = {
        "iss": "siyu",
        "aud": "siyu",
        "sub": "lin",
        "role": "operator",
        "iat": now,
        "exp": now + TOKEN_LIFE,
        "jti": new_id().hex,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(tokens: Tokens, **changes: object) -> str:
    """A token with our signature, as a login service makes it that has the key: without `kid`."""
    return jwt.encode(claims(**changes), tokens.keys.ring().keys[0].private, algorithm="EdDSA")


def headed(tokens: Tokens, **header: object) -> str:
    """A token with our signature and these headers."""
    return jwt.encode(claims(), tokens.keys.ring().keys[0].private, algorithm="EdDSA", headers=header)


def unpadded(content: Mapping[str, object] | bytes) -> str:
    """A part of a token."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def timeless(**changes: object) -> dict[str, Any]:
    """Claims with their times as numbers."""
    return {n: int(v.timestamp()) if isinstance(v, datetime) else v for n, v in claims(**changes).items()}


def with_public_key_as_secret(tokens: Tokens) -> str:
    """An HS256 token whose secret is our public key, as in the classic attack; PyJWT refuses to make one."""
    pem = tokens.keys.ring().keys[0].public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{unpadded({'alg': 'HS256', 'typ': 'JWT'})}.{unpadded(timeless())}"
    return f"{text}.{unpadded(hmac.new(pem, text.encode(), hashlib.sha256).digest())}"


def tampered(tokens: Tokens) -> str:
    """A token of ours with another payload under its signature."""
    header, _, signature = signed(tokens).split(".")
    return f"{header}.{unpadded(timeless(role='service'))}.{signature}"


FORGED = {
    "no algorithm": lambda tokens: f"{unpadded({'alg': 'none', 'typ': 'JWT'})}.{unpadded(timeless())}.",
    "HS256 with the public key": with_public_key_as_secret,
    "another key": lambda tokens: jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
    "another algorithm": lambda tokens: jwt.encode(claims(), generate_private_key(SECP256R1()), algorithm="ES256"),
    "tampered": tampered,
    "another issuer": lambda tokens: signed(tokens, iss="else"),
    "another audience": lambda tokens: signed(tokens, aud="else"),
    "expired": lambda tokens: signed(tokens, exp=utc_now() - timedelta(seconds=1)),
    "not yet valid": lambda tokens: signed(tokens, nbf=utc_now() + timedelta(hours=1)),
    "expires never": lambda tokens: signed(tokens, exp=10**18),
    "an expiry that is no number": lambda tokens: signed(tokens, exp="tomorrow"),
    "valid for longer than a month": lambda tokens: signed(tokens, exp=utc_now() + timedelta(days=31)),
    "issued tomorrow": lambda tokens: signed(tokens, iat=utc_now() + timedelta(days=1)),
    "for something else": lambda tokens: headed(tokens, typ="dpop+jwt"),
    "under the name of another key": lambda tokens: headed(tokens, kid="0123456789abcdef"),
    "with a path for a key": lambda tokens: headed(tokens, kid="../../token-key.pem"),
    "of a session that is no UUID": lambda tokens: signed(tokens, sid="1"),
    "an unknown role": lambda tokens: signed(tokens, role="root"),
    "a role that is a list": lambda tokens: signed(tokens, role=["operator"]),
    "a member without a UUID": lambda tokens: signed(tokens, role="member", sub="lin"),
    "a long subject": lambda tokens: signed(tokens, sub="s" * 61),
    "too long": lambda tokens: signed(tokens, extra="x" * 5_000),
    "no token": lambda tokens: "",
    "no parts": lambda tokens: "abc",
    "no base64": lambda tokens: "é.é.é",
} | {f"without {name}": lambda tokens, name=name: signed(tokens, **{name: None}) for name in REQUIRED_CLAIMS}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_what_is_no_token_of_ours_opens_nothing(http: httpx.AsyncClient, tokens: Tokens, forge: Any) -> None:
    header = f"Bearer {forge(tokens)}".encode()

    reply = await http.post("/graphql", json={"query": VIEWER}, headers={b"Authorization": header})

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic bGluOmxpbg==", "Token {token}", "{token}", "Bearer{token}"])
async def test_only_a_bearer_is_let_in(http: httpx.AsyncClient, tokens: Tokens, header: str) -> None:
    authorization = header.format(token=signed(tokens))

    reply = await http.post("/graphql", json={"query": VIEWER}, headers={"Authorization": authorization})

    assert reply.status_code == 401


async def test_a_token_says_who_is_calling(http: httpx.AsyncClient, services: Services, tokens: Tokens) -> None:
    [member] = await add_members(services.pool, 1)

    as_member = await ask(http, VIEWER, token_of(tokens, member))
    as_operator = await ask(http, "{ viewer { ... on OperatorViewer { name roles } } }", signed(tokens))
    as_service = await ask(http, "{ viewer { ... on ServiceViewer { name } } }", signed(tokens, role="service"))

    assert as_member["viewer"] == {"__typename": "MemberViewer", "member": {"id": encode_id(MEMBER, member)}}
    assert as_operator["viewer"] == {"name": "lin", "roles": ["operator"]}
    assert as_service["viewer"] == {"name": "lin"}


def test_what_is_issued_is_verified(tokens: Tokens) -> None:
    for principal in (
        Principal(Role.MEMBER, member_id=new_id()),
        Principal(Role.OPERATOR, subject="lin"),
        Principal(Role.SERVICE, subject="till"),
    ):
        verified = tokens.verify(tokens.issue(principal, NOW, TOKEN_LIFE), NOW).principal
        assert (verified.role, verified.member_id) == (principal.role, principal.member_id)


def test_a_token_that_is_remembered_expires_all_the_same(tokens: Tokens) -> None:
    token = tokens.issue(Principal(Role.OPERATOR, subject="lin"), NOW, TOKEN_LIFE)

    tokens.verify(token, NOW)
    tokens.verify(token, NOW + TOKEN_LIFE - timedelta(seconds=1))
    with pytest.raises(InvalidToken, match="expired"):
        tokens.verify(token, NOW + TOKEN_LIFE)


def test_strangers_cannot_fill_the_memory_with_tokens(tokens: Tokens) -> None:
    fresh = Tokens(tokens.keys, tokens.issuer, tokens.audience, tokens.life_max)
    for number in range(100):
        with pytest.raises(InvalidToken):
            fresh.verify(f"forged.{number}", NOW)

    assert not fresh._remembered
    assert REMEMBERED_TOKENS_MAX <= 10_000


def test_processes_that_make_the_key_at_once_agree_and_nobody_else_reads_it(tmp_path: Path) -> None:
    environment = os.environ | {"SIYU_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-c", MAKE_KEY]
    makers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(MAKERS)
    ]

    keys = {maker.communicate()[0] for maker in makers}

    assert [maker.returncode for maker in makers] == [0] * MAKERS
    assert len(keys) == 1
    [file] = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    def refuse(content: bytes | None) -> str:
        file = tmp_path / "key.pem"
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingsError) as caught:
            open_key_file(Settings(token_key_file=file, _env_file=None))
        return str(caught.value)

    other_kind = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (
        None,
        b"",
        b"no key",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        other_kind,
    ):
        sentence = refuse(content)
        assert sentence.startswith(f"SIYU_TOKEN_KEY_FILE: {tmp_path / 'key.pem'}")
        assert "\n" not in sentence


def test_in_production_no_token_is_valid_for_more_than_a_quarter_of_an_hour(settings: Settings) -> None:
    production = load_tokens(Settings(data=settings.data, environment="production", _env_file=None))
    lin = Principal(Role.OPERATOR, subject="lin")

    production.verify(production.issue(lin, NOW, timedelta(minutes=15)), NOW)
    with pytest.raises(InvalidToken, match="longer than"):
        production.verify(production.issue(lin, NOW, timedelta(minutes=16)), NOW)
