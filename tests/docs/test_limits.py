"""docs/limits.md and docs/graphql.md list the limits and the codes that there are."""

import re
from dataclasses import fields

from api.guard import LIMITS
from schema import ErrorCode
from tests.docs.pages import ROOT

LIMIT = re.compile(r"^\| `(\w+)` \| (\d+) \|", re.MULTILINE)
CODE = re.compile(r"`([A-Z_]+)`")


def test_the_page_has_every_limit_and_its_value() -> None:
    listed = LIMIT.findall((ROOT / "docs" / "limits.md").read_text(encoding="utf-8"))

    assert listed == [(each.name, str(getattr(LIMITS, each.name))) for each in fields(LIMITS)]


def test_the_page_has_every_code_of_errors_and_no_other() -> None:
    page = (ROOT / "docs" / "graphql.md").read_text(encoding="utf-8")
    table = page[page.index("**errors** are everything else") : page.index("**Media types.**")]
    listed = [code for row in table.splitlines() if row.startswith("| `") for code in CODE.findall(row.split("|")[1])]

    assert sorted(listed) == sorted(code.value for code in ErrorCode)
