"""The count of tokens without a parser: the lexer's own, in time that grows with the text alone."""

import itertools
from time import process_time

import pytest
from graphql import Lexer, Source, TokenKind
from hypothesis import given
from hypothesis import strategies as st

from api.guard.limits import LIMITS, Refused
from api.guard.scan import TOKEN, scan

PIECES = [
    *("query", "a", "_b9", "...", "on", "{", "}", "(", ")", "[", "]", ":", "!", "|", "&", "=", "$", "@"),
    *("0", "-1", "1.5", "-2.5e-3", "6E+7", '""', '"a b"', '"\\" # {"', '"\\u0041"', '"会员"'),
    *(
        '""""""',
        '"""a " "" b"""',
        '"""\\""" x"""',
        '"""\n # {\n"""',
        "# a { \" '\n",
        "#\n",
        ",",
        "\n",
        "\r\n",
        "\ufeff",
    ),
]
HARD = ['"""\\"""', '"\\', '"', '"""', "#\r", '\\"', '""""', "1.1.1", "...", "\ufeff,", "\x00", "é"]
REPEATS = 8_000
LINEAR_S = 0.05


def lexed(text: str) -> int:
    """How many tokens graphql-core's lexer finds, comments among them."""
    lexer, count = Lexer(Source(text)), 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        before = token.prev
        while before is not None and before.kind is TokenKind.COMMENT:
            count, before = count + 1, before.prev
        count += 1
    before = token.prev
    while before is not None and before.kind is TokenKind.COMMENT:
        count, before = count + 1, before.prev
    return count


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_it_counts_as_the_lexer_does(pieces: list[str]) -> None:
    text = " ".join(pieces)

    assert scan(text, LIMITS) == lexed(text)


@given(st.text(max_size=300))
def test_any_text_has_some_number_of_tokens(text: str) -> None:
    assert 0 <= scan(text, LIMITS) <= len(text)


@pytest.mark.parametrize("piece", HARD)
def test_every_character_is_read_once(piece: str) -> None:
    text = piece * REPEATS

    # What the tokens take, one after the other, leaves nothing out but what is ignored, and takes nothing twice.
    taken = [found.span() for found in TOKEN.finditer(text)]
    assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(taken))
    began_s = process_time()
    for _ in TOKEN.finditer(text):
        pass
    assert process_time() - began_s < LINEAR_S * 4


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert scan("{a}" + " " * (LIMITS.characters - 3), LIMITS) == 3
    with pytest.raises(Refused, match="characters may be at most 32768"):
        scan("{a}" + " " * (LIMITS.characters - 2), LIMITS)


def test_tokens_may_be_as_many_as_the_limit_and_no_more() -> None:
    assert scan("a " * LIMITS.tokens, LIMITS) == LIMITS.tokens
    with pytest.raises(Refused, match="tokens may be at most 2000"):
        scan("a " * LIMITS.tokens + "#", LIMITS)
