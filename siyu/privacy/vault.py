"""Encrypts and indexes personal data by the keys of the deployment; knows no table."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siyu.clock import Clock
from siyu.privacy.fields import PersonalField
from siyu.privacy.keys import PersonalKey, PersonalKeys, Purpose

NONCE_BYTES = 12

# The keys as they are now; with True those of the file as it is at this moment.
Keys = Callable[[bool], PersonalKeys]


class Unreadable(Exception):
    """Cipher text that no key of ours opens: the key is gone, or the row was changed or is another's."""


class Sealed(NamedTuple):
    """A value as the table has it."""

    key_id: str
    cipher: bytes


class Index(NamedTuple):
    """A blind index, in hexadecimal digits, and the key that made it."""

    key_id: str
    value: str


@dataclass(frozen=True, slots=True)
class Vault:
    """One a process. Values come normalised (`siyu.privacy.fields`)."""

    keys: Keys
    clock: Clock

    def seal(self, field: PersonalField, member_id: UUID, value: str) -> Sealed:
        """The value encrypted for this field of this member alone."""
        key, nonce = self.keys(False).present(Purpose.CIPHER, self.clock()), token_bytes(NONCE_BYTES)
        text = AESGCM(key.secret).encrypt(nonce, value.encode(), bound_to(field, member_id))
        return Sealed(key.id, nonce + text)

    def open(self, field: PersonalField, member_id: UUID, sealed: Sealed) -> str:
        """The value that was encrypted for this field of this member. Raises Unreadable."""
        key = self._key(sealed.key_id)
        if key is None or key.purpose is not Purpose.CIPHER:
            raise Unreadable(f"{field.value} of {member_id} needs the key {sealed.key_id}, which is not in the file")
        nonce, text = sealed.cipher[:NONCE_BYTES], sealed.cipher[NONCE_BYTES:]
        try:
            return AESGCM(key.secret).decrypt(nonce, text, bound_to(field, member_id)).decode()
        except InvalidTag:
            # Without its cause, which has nothing to tell.
            raise Unreadable(f"{field.value} of {member_id} is not what the key {sealed.key_id} wrote there") from None

    def index(self, field: PersonalField, value: str) -> Index:
        """The blind index that is written now."""
        return _indexed(self.keys(False).present(Purpose.INDEX, self.clock()), field, value)

    def indexes(self, field: PersonalField, value: str) -> Sequence[Index]:
        """All blind indexes that the value may be found by, that of the newest key first: several while keys change."""
        return [_indexed(key, field, value) for key in self.keys(False).of(Purpose.INDEX)]

    def _key(self, key_id: str) -> PersonalKey | None:
        # Another process may have begun to use a key that this one has not read yet.
        return self.keys(False).find(key_id) or self.keys(True).find(key_id)


def bound_to(field: PersonalField, member_id: UUID) -> bytes:
    """What a cipher text is bound to: moved to another row, it does not open."""
    return f"personal/{field.value}/{member_id.hex}".encode()


def _indexed(key: PersonalKey, field: PersonalField, value: str) -> Index:
    return Index(key.id, hmac.digest(key.secret, f"{field.value}\0{value}".encode(), "sha256").hex())
