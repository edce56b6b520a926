"""A template filled in, in one language."""

from collections.abc import Mapping

from siyu.sdk import Text

UNFIT = (LookupError, ValueError, TypeError, AttributeError)


def render(template: Text, params: Mapping[str, object], language: str) -> str:
    """The template's words. Raises one of UNFIT where the parameters do not fit."""
    return template.in_language(language).format_map(params)


def render_or_bare(template: Text, params: Mapping[str, object], language: str) -> str:
    """The template's words, not filled in where the parameters do not fit: better its bare words than no answer."""
    try:
        return render(template, params, language)
    except UNFIT:
        return template.in_language(language)
