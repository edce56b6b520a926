"""A sentence in the two languages that operators and members read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and in English.

    >>> Text(zh="签到", en="Check-in").en
    'Check-in'
    """

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The words for a language tag such as `en-GB`; anything that is not English reads Chinese."""
        return self.en if language.lower().startswith("en") else self.zh
