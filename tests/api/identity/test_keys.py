"""The keys that sign tokens: rotated while everybody stays signed in, and dropped when one was stolen."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.cli import cli
from api.identity import InvalidToken, KeyFile, Tokens
from api.identity.key_file import LOOK_AGAIN_S, open_key_file
from api.identity.key_ring import KEYS_MAX, SIGNS_FROM
from api.settings import Settings, SettingsError
from schema import Principal, Role
from siyu.access import TOKEN_LIFE_MAX
from tests.api.processes import ROOT

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIN = Principal(Role.OPERATOR, subject="lin")
ROTATORS = 3
ROTATE = "import sys; sys.argv[0] = 'api'; from api.cli import cli; cli(['keys', 'rotate', '--kind', 'token'])"


def pem() -> bytes:
    """A key as openssl makes it."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def deployment(path: Path, seconds: list[float]) -> Tokens:
    """A process of the deployment whose keys are in this file, and whose clock is the last of `seconds`."""
    return Tokens(KeyFile(path, lambda: seconds[-1]), "siyu", "siyu", TOKEN_LIFE_MAX)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with one key."""
    file = tmp_path / "key.pem"
    file.write_bytes(pem())
    return file


def kid_of(token: str) -> str:
    """The key that a token names."""
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def test_whoever_is_signed_in_stays_so_while_keys_are_rotated(path: Path) -> None:
    seconds = [0.0]
    mine, other = deployment(path, seconds), deployment(path, seconds)
    before = other.issue(LIN, NOW, HOUR)
    new = mine.keys.rotate(NOW, NOW)
    after = mine.issue(LIN, NOW, HOUR)

    assert kid_of(before) != kid_of(after) == new.kid
    # The other process has not looked at the file since, but does for a key that it does not know.
    for process in (mine, other):
        assert process.verify(before, NOW).principal.subject == process.verify(after, NOW).principal.subject == "lin"
    seconds.append(LOOK_AGAIN_S)
    assert kid_of(other.issue(LIN, NOW, HOUR)) == new.kid


def test_a_key_that_is_to_sign_later_verifies_at_once(path: Path) -> None:
    process = deployment(path, [0.0])
    new = process.keys.rotate(NOW + HOUR, NOW)

    assert kid_of(process.issue(LIN, NOW + HOUR - timedelta(seconds=1), HOUR)) != new.kid
    later = process.issue(LIN, NOW + HOUR, HOUR)
    assert kid_of(later) == new.kid
    assert process.verify(later, NOW).principal.subject == "lin"


def test_a_stolen_key_is_dropped_with_all_it_signed_and_remembered_tokens_too(path: Path) -> None:
    seconds = [0.0]
    mine, other = deployment(path, seconds), deployment(path, seconds)
    stolen = other.issue(LIN, NOW, HOUR)
    other.verify(stolen, NOW)
    mine.keys.rotate(NOW, NOW, drop_old=True)
    seconds.append(LOOK_AGAIN_S)

    for process in (mine, other):
        with pytest.raises(InvalidToken):
            process.verify(stolen, NOW)


def test_a_key_stays_until_the_last_token_that_it_can_have_signed_has_expired(path: Path) -> None:
    process = deployment(path, [0.0])
    token = process.issue(LIN, NOW, TOKEN_LIFE_MAX)
    process.keys.rotate(NOW, NOW)
    almost = NOW + TOKEN_LIFE_MAX - timedelta(seconds=1)
    process.keys.rotate(almost, almost)
    assert process.verify(token, almost).principal.subject == "lin"

    process.keys.rotate(NOW + TOKEN_LIFE_MAX, NOW + TOKEN_LIFE_MAX)
    assert len(process.keys.ring().keys) == 3


def test_a_file_holds_so_many_keys(path: Path) -> None:
    process = deployment(path, [0.0])
    for number in range(KEYS_MAX - 1):
        process.keys.rotate(NOW + number * HOUR, NOW)

    with pytest.raises(SettingsError, match="already"):
        process.keys.rotate(NOW + HOUR * KEYS_MAX, NOW)
    assert len(KeyFile(path).ring().keys) == KEYS_MAX


@pytest.mark.parametrize("broken", [b"", b"\xff", b"x" * 100_000, b"-----BEGIN PRIVATE KEY-----\n"], ids=range(4))
def test_a_file_that_was_broken_while_a_process_runs_leaves_it_the_keys_it_has(
    path: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    seconds = [0.0]
    process = deployment(path, seconds)
    token = process.issue(LIN, NOW, HOUR)
    path.write_bytes(broken)
    seconds.append(LOOK_AGAIN_S)

    assert process.verify(token, NOW).principal.subject == "lin"
    assert "stay" in caplog.text


@pytest.mark.parametrize(
    "text",
    [b"Signs-From: soon\n" + pem(), b"Signs-From: 2026-11-21T04:00:00\n" + pem(), pem() * (KEYS_MAX + 1)],
    ids=["no time", "no offset", "too many"],
)
def test_a_ring_that_cannot_be_read_is_told_at_the_start(path: Path, text: bytes) -> None:
    path.write_bytes(text)

    with pytest.raises(SettingsError) as caught:
        open_key_file(Settings(token_key_file=path, _env_file=None))
    assert str(caught.value).startswith(f"SIYU_TOKEN_KEY_FILE: {path}: ")


def test_commands_rotate_and_list(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_TOKEN_KEY_FILE", str(path))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["keys", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    old = json.loads(run("list", "--kind", "token", "--json"))["keys"]
    run("rotate", "--kind", "token")
    run("rotate", "--kind", "token", "--in-minutes", "10")
    rows = json.loads(run("list", "--kind", "token", "--json"))["keys"]

    assert [row["state"] for row in old] == ["signing"]
    assert [row["state"] for row in rows] == ["next", "signing", "verifying"]
    assert rows[2]["kid"] == old[0]["kid"]
    assert rows[0]["verifiesUntil"] is None
    assert rows[2]["verifiesUntil"] > rows[1]["signsFrom"]
    assert run("list", "--kind", "token").count("\n") == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().count(SIGNS_FROM) == 3
    refused = CliRunner().invoke(cli, ["keys", "rotate", "--drop-old", "--in-minutes", "5"])
    assert refused.exit_code == 2


@pytest.mark.prove
def test_of_processes_that_rotate_at_once_none_loses_a_key(path: Path) -> None:
    environment = os.environ | {"SIYU_TOKEN_KEY_FILE": str(path)}
    command = [sys.executable, "-c", ROTATE]
    rotators = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) for _ in range(ROTATORS)]

    said = [rotator.communicate()[0].decode().split()[0] for rotator in rotators]

    kids = [key.kid for key in KeyFile(path).ring().keys]
    assert len(kids) == ROTATORS + 1
    assert set(said) <= set(kids)
