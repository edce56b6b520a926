"""Tokens: who is calling, signed with one fixed algorithm."""

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from api.settings import Settings, SettingsError
from schema import Principal, Role
from siyu.ids import new_id

ALGORITHM = "EdDSA"
REQUIRED_CLAIMS = ["iss", "aud", "exp", "iat", "jti", "sub", "role"]
TOKEN_LENGTH_MAX = 4_096
# Verifying a signature costs as much as a small query: tokens seen lately are remembered until they expire.
REMEMBERED_TOKENS_MAX = 10_000


class InvalidToken(Exception):
    """The token is not one of ours, or no longer."""


def load_key(settings: Settings) -> Ed25519PrivateKey:
    """The signing key: the file of the settings, or one made in the data folder on first use.

    Raises SettingsError where the file cannot be read or holds another kind of key.
    """
    path = settings.token_key_file or settings.data / "token-key.pem"
    if not path.exists() and settings.token_key_file is None:
        _make_key(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(f"SIYU_TOKEN_KEY_FILE: {path} cannot be read as a private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"SIYU_TOKEN_KEY_FILE: {path} is not an Ed25519 key")
    return key


def _make_key(path: Path) -> None:
    """Write a new key that only we can read, whole or not at all."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        # Fails where another process was faster: its key is the one.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@dataclass(slots=True)
class Tokens:
    """Issues and verifies tokens of this deployment."""

    key: Ed25519PrivateKey
    issuer: str
    audience: str
    _remembered: OrderedDict[str, tuple[datetime, Principal]] = field(default_factory=OrderedDict)

    def issue(self, principal: Principal, now: datetime, valid_for: timedelta) -> str:
        """A token for a principal."""
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(principal.member_id) if principal.member_id else principal.subject,
            "role": principal.role.value,
            "iat": now,
            "exp": now + valid_for,
            "jti": new_id().hex,
        }
        return jwt.encode(claims, self.key, algorithm=ALGORITHM)

    def verify(self, token: str, now: datetime) -> Principal:
        """Whose token this is. Raises InvalidToken."""
        known = self._remembered.get(token)
        if known is None:
            known = self._verify(token)
            self._remembered[token] = known
            if len(self._remembered) > REMEMBERED_TOKENS_MAX:
                self._remembered.popitem(last=False)
        expires_at, principal = known
        if now >= expires_at:
            raise InvalidToken("the token has expired")
        return principal

    def _verify(self, token: str) -> tuple[datetime, Principal]:
        if len(token) > TOKEN_LENGTH_MAX:
            raise InvalidToken("the token is too long")
        try:
            claims = jwt.decode(
                token,
                self.key.public_key(),
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                audience=self.audience,
                options={"require": REQUIRED_CLAIMS, "verify_exp": False},
            )
            return datetime.fromtimestamp(claims["exp"], tz=UTC), _principal(claims)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise InvalidToken(f"the token is not valid: {error}") from error


def _principal(claims: dict[str, Any]) -> Principal:
    role, subject = Role(claims["role"]), str(claims["sub"])
    return Principal(role, member_id=UUID(subject) if role is Role.MEMBER else None, subject=subject)


def load_tokens(settings: Settings) -> Tokens:
    """The tokens of this deployment."""
    return Tokens(load_key(settings), settings.token_issuer, settings.token_audience)
