"""The keys of personal data: one file with a line for each, of which the newest that has begun encrypts or indexes."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from secrets import token_bytes
from typing import Self

KEY_BYTES = 32
KEY_ID_LENGTH = 16
# Of each purpose; a file with more is not ours.
KEYS_MAX = 10
HEADER = "# Keys of personal data. Without this file the data cannot be read: keep a copy apart from the database's.\n"
LINE = re.compile(r"(?P<purpose>cipher|index) (?P<id>[0-9a-f]{16}) (?P<begins>\S+) (?P<key>[A-Za-z0-9+/]{43}=)")
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


class Purpose(Enum):
    """What a key is for: encrypting, or making blind indexes."""

    CIPHER = "cipher"
    INDEX = "index"


class NoPersonalKeys(ValueError):
    """The text holds no keys of personal data; says why."""


@dataclass(frozen=True, slots=True)
class PersonalKey:
    """One key; what it does for itself it does from `begins_at` on. The bytes are shown by nothing."""

    purpose: Purpose
    begins_at: datetime
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls, purpose: Purpose, begins_at: datetime) -> Self:
        """A key that nobody has yet."""
        return cls(purpose, begins_at, token_bytes(KEY_BYTES))

    @property
    def id(self) -> str:
        """The key's name beside what it made; it follows from the key and tells nothing of it."""
        return sha256(b"siyu/" + self.purpose.value.encode() + self.secret).hexdigest()[:KEY_ID_LENGTH]

    def written(self) -> str:
        """The key's line of the file."""
        secret = b64encode(self.secret).decode()
        return f"{self.purpose.value} {self.id} {self.begins_at.isoformat()} {secret}\n"


class PersonalKeys:
    """All keys of a deployment, of each purpose the newest first."""

    def __init__(self, keys: Sequence[PersonalKey]) -> None:
        self.keys = tuple(sorted(keys, key=lambda key: (key.purpose.value, key.begins_at), reverse=True))
        self._by_id = {key.id: key for key in self.keys}
        for purpose in Purpose:
            if not 1 <= len(self.of(purpose)) <= KEYS_MAX:
                raise NoPersonalKeys(f"it must hold 1 to {KEYS_MAX} keys of the purpose {purpose.value}")

    @classmethod
    def new(cls) -> Self:
        """The keys of a new deployment."""
        return cls([PersonalKey.new(purpose, ALWAYS) for purpose in Purpose])

    @classmethod
    def read(cls, text: str) -> Self:
        """The keys of a file. Raises NoPersonalKeys, which tells no key."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return cls([_read_line(number, line) for number, line in enumerate(lines, 1)])

    def written(self) -> str:
        """The file of the keys."""
        return HEADER + "".join(key.written() for key in self.keys)

    def of(self, purpose: Purpose) -> Sequence[PersonalKey]:
        """The keys of this purpose, the newest first."""
        return [key for key in self.keys if key.purpose is purpose]

    def present(self, purpose: Purpose, now: datetime) -> PersonalKey:
        """The key that encrypts or indexes now: the newest that has begun to."""
        keys = self.of(purpose)
        return next((key for key in keys if key.begins_at <= now), keys[-1])

    def find(self, key_id: str) -> PersonalKey | None:
        """The key of this name."""
        return self._by_id.get(key_id)

    def with_new(self, purpose: Purpose, begins_at: datetime) -> "PersonalKeys":
        """These and another."""
        return PersonalKeys([*self.keys, PersonalKey.new(purpose, begins_at)])

    def without(self, key_ids: set[str]) -> "PersonalKeys":
        """These without some."""
        return PersonalKeys([key for key in self.keys if key.id not in key_ids])


def _read_line(number: int, line: str) -> PersonalKey:
    match = LINE.fullmatch(line)
    if match is None:
        raise NoPersonalKeys(f"its line {number} is no key")
    try:
        begins_at = datetime.fromisoformat(match["begins"])
    except ValueError as error:
        raise NoPersonalKeys(f"its line {number} has no time") from error
    if begins_at.tzinfo is None:
        raise NoPersonalKeys(f"the time of its line {number} needs an offset from UTC")
    key = PersonalKey(Purpose(match["purpose"]), begins_at, b64decode(match["key"]))
    if key.id != match["id"]:
        raise NoPersonalKeys(f"its line {number} was changed: the key's name is another")
    return key
