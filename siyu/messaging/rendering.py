"""A template filled in, in one language."""

from collections.abc import Mapping

from siyu.sdk import Text


def render(template: Text, params: Mapping[str, object], language: str) -> str:
    """The message's words. Raises LookupError, ValueError or AttributeError where the parameters do not fit."""
    return template.in_language(language).format_map(params)
