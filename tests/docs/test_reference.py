"""The reference page is the docstrings' own, explains all there is, and its examples are true."""

import doctest
import re

import siyu.sdk
import siyu.sdk.testing
from tests.docs.reference import PAGE, reference

# What its section tells of in a sentence or a table.
IN_WORDS = {"CHECKS", "EFFECT_TYPES", "ENTRY_POINT_GROUP", "Effect", "PROJECT", "SDK_VERSION", "hookimpl"}


def test_the_page_is_what_the_docstrings_say() -> None:
    """Else run `make docs`."""
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_all_that_an_author_may_import_is_on_the_page_and_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    explained = dict(re.findall(r"^### (\w+)\n+(?:```python\n(?:.*\n)*?```\n+)?(.*)", page, re.MULTILINE))

    names = {*siyu.sdk.__all__, *siyu.sdk.testing.__all__}
    assert names - explained.keys() == IN_WORDS
    assert [name for name in IN_WORDS if not re.search(rf"`@?{name}`", page)] == []
    # A dataclass without a docstring is given its signature; any other leaves its place empty.
    assert [name for name, text in explained.items() if not text or text.startswith((f"{name}(", "#", "|"))] == []


def test_the_pages_examples_are_true() -> None:
    names = {name: getattr(siyu.sdk, name) for name in siyu.sdk.__all__} | {"datetime": __import__("datetime").datetime}
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```pycon\n((?:.*\n)*?)```$", page, re.MULTILINE)
    runner, parser = doctest.DocTestRunner(), doctest.DocTestParser()

    for place, text in enumerate(blocks):
        runner.run(parser.get_doctest(text, dict(names), f"example {place}", str(PAGE), 0))

    assert blocks
    assert runner.failures == 0
