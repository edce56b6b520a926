"""The keys that sign and verify tokens: one file of PEM blocks, each with the moment from which it signs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from siyu.access import TOKEN_LIFE_MAX

# A month of rotating twice a week; a file with more is not ours.
KEYS_MAX = 10
# What comes before a block is no part of PEM: openssl and others read over it.
SIGNS_FROM = "Signs-From: "
BLOCK = re.compile(
    r"(?:^Signs-From: (?P<at>\S+)\n)?^(?P<pem>-----BEGIN [A-Z ]+-----\n.*?^-----END [A-Z ]+-----$)",
    re.MULTILINE | re.DOTALL,
)
KEY_ID_LENGTH = 16
# Of a key without the line, such as one that openssl made.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


class NoKeyRing(ValueError):
    """The text holds no keys that can sign tokens; says why."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One key; `kid` follows from it."""

    private: Ed25519PrivateKey
    signs_from: datetime

    @property
    def public(self) -> Ed25519PublicKey:
        """What verifies the key's signatures."""
        return self.private.public_key()

    @property
    def kid(self) -> str:
        """The name of the key in the headers of tokens."""
        return sha256(self.public.public_bytes_raw()).hexdigest()[:KEY_ID_LENGTH]

    def written(self) -> str:
        """The key's part of the file."""
        pem = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return f"{SIGNS_FROM}{self.signs_from.isoformat()}\n{pem}"


class KeyRing:
    """All keys of a deployment, the newest first."""

    def __init__(self, keys: Sequence[TokenKey]) -> None:
        self.keys = tuple(sorted(keys, key=lambda key: key.signs_from, reverse=True))
        self._public = {key.kid: key.public for key in self.keys}

    @classmethod
    def read(cls, text: str) -> Self:
        """The ring of a file. Raises NoKeyRing."""
        blocks = list(BLOCK.finditer(text))
        if not 1 <= len(blocks) <= KEYS_MAX:
            raise NoKeyRing(f"it must hold 1 to {KEYS_MAX} keys in PEM, and holds {len(blocks)}")
        return cls([_key(block["at"], block["pem"]) for block in blocks])

    def written(self) -> str:
        """The file of the ring."""
        return "".join(key.written() for key in self.keys)

    def signing(self, now: datetime) -> TokenKey:
        """The key that signs now: the newest that has begun to."""
        return next((key for key in self.keys if key.signs_from <= now), self.keys[-1])

    def verifying(self, kid: object) -> Sequence[Ed25519PublicKey]:
        """The public keys that a token with this `kid` may be signed with; all where it names none."""
        if kid is None:
            return tuple(self._public.values())
        found = self._public.get(kid) if isinstance(kid, str) else None
        return () if found is None else (found,)

    def retires_at(self, key: TokenKey) -> datetime | None:
        """When the last token that the key can have signed expires; None while no newer key is there."""
        newer = [each.signs_from for each in self.keys if each.signs_from > key.signs_from]
        return min(newer) + TOKEN_LIFE_MAX if newer else None

    def with_new_key(self, signs_from: datetime, now: datetime, *, drop_old: bool) -> "KeyRing":
        """A ring with another key and without those that no valid token is signed by, or without any old one."""
        new = TokenKey(Ed25519PrivateKey.generate(), signs_from)
        ends = [(key, self.retires_at(key)) for key in self.keys]
        kept = [key for key, end in ends if end is None or end > now]
        return KeyRing([new] if drop_old else [new, *kept])


def _key(at: str | None, pem: str) -> TokenKey:
    try:
        signs_from = ALWAYS if at is None else datetime.fromisoformat(at)
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise NoKeyRing(f"it cannot be read as private keys: {error}") from error
    if signs_from.tzinfo is None:
        raise NoKeyRing(f"{SIGNS_FROM}{at} needs an offset from UTC")
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKeyRing("it holds a key that is not an Ed25519 key")
    return TokenKey(key, signs_from)
