"""The key of a new campaign type, and the names that follow from it."""

import keyword
from collections.abc import Collection
from dataclasses import dataclass

from api.errors import SetupError
from siyu.sdk.judging import KEY, KEY_LENGTH_MAX


@dataclass(frozen=True, slots=True)
class Names:
    """What a campaign type is called in its files."""

    key: str

    @property
    def title(self) -> str:
        """In English: `Spin wheel` for `spin_wheel`."""
        return self.key.replace("_", " ").capitalize()

    @property
    def distribution(self) -> str:
        """What is installed: `siyu-spin-wheel`."""
        return f"siyu-{self.key.replace('_', '-')}"

    @property
    def module(self) -> str:
        """What is imported: `siyu_spin_wheel`."""
        return f"siyu_{self.key}"


def check_key(key: str, taken: Collection[str]) -> Names:
    """The names of a new campaign type. Raises SetupError for a key that the registry would not take."""
    if not KEY.fullmatch(key) or len(key) > KEY_LENGTH_MAX:
        raise SetupError(f"{key!r} is no key: take at most {KEY_LENGTH_MAX} of a-z, 0-9 and _, such as lucky_draw.")
    if keyword.iskeyword(key):
        raise SetupError(f"{key!r} is a word of Python and cannot be imported: take another key.")
    if key in taken:
        raise SetupError(f"There is a campaign type {key!r} already: take another key.")
    return Names(key)
