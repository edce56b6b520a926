"""Access tokens: who is calling, signed with one fixed algorithm."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import jwt

from api.identity.key_file import KeyFile, open_key_file
from api.identity.key_ring import KeyRing
from api.settings import Settings
from schema import Principal, Role
from siyu.access import ACCESS_TOKEN_LIFE, TOKEN_LIFE_MAX
from siyu.ids import new_id

ALGORITHM = "EdDSA"
TYPES = frozenset({"JWT", "at+jwt"})
REQUIRED_CLAIMS = ["iss", "aud", "exp", "iat", "jti", "sub", "role"]
TOKEN_LENGTH_MAX = 4_096
# How far the clock of whoever signed a token may be ahead.
CLOCK_SKEW_MAX = timedelta(seconds=5)
# Verifying a signature costs as much as a small query: tokens seen lately are remembered until they expire.
REMEMBERED_TOKENS_MAX = 10_000


class InvalidToken(Exception):
    """The token is not one of ours, or no longer."""


class Verified(NamedTuple):
    """Whose a token is, and its times."""

    principal: Principal
    issued_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class Tokens:
    """Issues and verifies tokens of this deployment, of which none is valid for longer than `life_max`."""

    keys: KeyFile
    issuer: str
    audience: str
    life_max: timedelta
    _ring: KeyRing = field(init=False)
    _remembered: OrderedDict[str, Verified] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._ring = self.keys.ring()

    def issue(self, principal: Principal, now: datetime, valid_for: timedelta) -> str:
        """A token for a principal, signed with the key whose turn it is."""
        key = self.keys.ring().signing(now)
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(principal.member_id) if principal.member_id else principal.subject,
            "role": principal.role.value,
            # To the millisecond, so that who signs in again right after a revocation is let in.
            "iat": int(now.timestamp() * 1000) / 1000,
            "exp": now + valid_for,
            "jti": new_id().hex,
        }
        if principal.session_id is not None:
            claims["sid"] = str(principal.session_id)
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": "at+jwt"})

    def verify(self, token: str, now: datetime) -> Verified:
        """Whose token this is. Raises InvalidToken."""
        ring = self.keys.ring()
        if ring is not self._ring:
            # A key may be gone, and with it what it signed.
            self._ring = ring
            self._remembered.clear()
        known = self._remembered.get(token)
        if known is None:
            known = self._verify(token, ring)
            self._remembered[token] = known
            if len(self._remembered) > REMEMBERED_TOKENS_MAX:
                self._remembered.popitem(last=False)
        if now >= known.expires_at:
            raise InvalidToken("the token has expired")
        return known

    def _verify(self, token: str, ring: KeyRing) -> Verified:
        if len(token) > TOKEN_LENGTH_MAX:
            raise InvalidToken("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ", "JWT") not in TYPES:
                raise InvalidToken("it is a token for something else")
            verified = _verified(self._claims(token, header, ring))
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise InvalidToken(f"the token is not valid: {error}") from error
        if verified.expires_at - verified.issued_at > self.life_max + timedelta(seconds=1):
            raise InvalidToken("the token is valid for longer than this deployment allows")
        return verified

    def _claims(self, token: str, header: Mapping[str, Any], ring: KeyRing) -> dict[str, Any]:
        """The claims under a signature of one of our keys. Raises jwt.InvalidTokenError for others."""
        kid = header.get("kid")
        # A key that another process has just made is in the file.
        keys = ring.verifying(kid) or self.keys.ring(at_once=True).verifying(kid)
        problem: jwt.InvalidTokenError = jwt.InvalidSignatureError("it is signed with no key of this deployment")
        for key in keys:
            try:
                return jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    issuer=self.issuer,
                    audience=self.audience,
                    leeway=CLOCK_SKEW_MAX,
                    options={"require": REQUIRED_CLAIMS, "verify_exp": False},
                )
            except jwt.InvalidSignatureError as error:
                problem = error
        raise problem


def _verified(claims: Mapping[str, Any]) -> Verified:
    role, subject, session = Role(claims["role"]), str(claims["sub"]), claims.get("sid")
    principal = Principal(
        role,
        member_id=UUID(subject) if role is Role.MEMBER else None,
        subject=subject,
        session_id=None if session is None else UUID(session),
    )
    issued_at, expires_at = (datetime.fromtimestamp(claims[name], tz=UTC) for name in ("iat", "exp"))
    return Verified(principal, issued_at, expires_at)


def load_tokens(settings: Settings) -> Tokens:
    """The tokens of this deployment. Raises SettingsError."""
    life_max = ACCESS_TOKEN_LIFE if settings.environment == "production" else TOKEN_LIFE_MAX
    return Tokens(open_key_file(settings), settings.token_issuer, settings.token_audience, life_max)
