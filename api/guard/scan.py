"""The tokens of a document counted without a parser: what is far too large costs no more than a look at it."""

import re
from itertools import islice

from api.guard.limits import DocumentLimits, over

# Nothing is read twice: every branch takes what it begins, so that a string without an end reaches to the end.
TOKEN = re.compile(
    r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:""")?'
    r'|"(?:[^"\\\r\n]++|\\.)*+"?'
    r"|#[^\r\n]*+"
    r"|[A-Za-z_]\w*+"
    r"|-?\d[\d.eE+-]*+"
    r"|\.\.\."
    r"|[^\s,\ufeff]",
    re.ASCII,
)


def scan(text: str, limits: DocumentLimits) -> int:
    """How many tokens the text has, comments among them. Raises Refused for a text that is too long.

    Of a text that is GraphQL the number is the parser's own; of any other it is some number.
    """
    if len(text) > limits.characters:
        raise over("characters", limits.characters)
    tokens = sum(1 for _ in islice(TOKEN.finditer(text), limits.tokens + 1))
    if tokens > limits.tokens:
        raise over("tokens", limits.tokens)
    return tokens
