"""docs/security.md says of every field and scope who may use it."""

import re

from siyu.access import Scope
from tests.docs.security import PAGE, with_table


def test_the_table_is_what_the_schema_says() -> None:
    """Else run `make docs`."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_table(page)
    assert page.count("| `Query.") > 10


def test_every_scope_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert re.findall(
        r"^\| `([a-z.-]+)` \| .*\|$", page.partition("| Scope |")[2].partition("\n\n")[0], re.MULTILINE
    ) == [scope.value for scope in Scope]
