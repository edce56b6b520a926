"""From the Authorization header to the principal: a token or an API key that was not revoked."""

from dataclasses import dataclass
from datetime import datetime

from api.identity.tokens import InvalidToken, Tokens
from schema import ANONYMOUS, Principal, Role
from siyu.access import Caller, KnownCredentials, bearer_of_session
from siyu.access.api_keys import KEY_START


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Knows who is calling."""

    tokens: Tokens
    known: KnownCredentials

    async def principal(self, header: str | None, now: datetime) -> Principal:
        """Who sends this header; whoever sends none is anonymous.

        Raises InvalidToken, and what an outage of the database raises (siyu.loops.DATABASE_OUTAGES): without it nobody
        knows what was revoked.
        """
        if header is None:
            return ANONYMOUS
        scheme, _, rest = header.partition(" ")
        text = rest.strip()
        if scheme.lower() != "bearer":
            raise InvalidToken("send `Authorization: Bearer <token>`")
        if text.startswith(f"{KEY_START}_"):
            return await self._service(text, now)
        verified = self.tokens.verify(text, now)
        await self.known.be_fresh()
        if self.known.is_revoked(_bearers(verified.principal), verified.issued_at):
            raise InvalidToken("the token was revoked")
        return verified.principal

    async def _service(self, text: str, now: datetime) -> Principal:
        await self.known.be_fresh()
        key = await self.known.key(text, now)
        if key is None:
            raise InvalidToken("the API key is unknown, expired or revoked")
        return Principal(Role.SERVICE, subject=key.name, scopes=key.scopes)


def _bearers(principal: Principal) -> list[str]:
    """What revocations may call the principal."""
    named = Caller(principal.role.value, principal.member_id, principal.subject).bearer
    return [named] if principal.session_id is None else [named, bearer_of_session(principal.session_id)]
