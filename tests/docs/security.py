"""The table of docs/security.md, written from the permissions of the schema; `make docs` writes it."""

import re

from schema import Role, build_schema
from tests.docs.pages import ROOT
from tests.factories import shop_registry
from tests.schema.permission_rows import ROLES, PermissionRow, permission_rows

PAGE = ROOT / "docs" / "security.md"
PLACE = re.compile(r"(?<=<!-- table: make docs -->\n).*?(?=<!-- end of the table -->)", re.DOTALL)


def with_table(page: str) -> str:
    """The page with the table as it has to be."""
    head = ["Field", *(role.value for role in ROLES)]
    rows = [
        [f"`{row.name}`", *(_cell(row, role) for role in ROLES)]
        for row in permission_rows(build_schema(shop_registry()))
    ]
    lines = [head, ["---"] * len(head), *rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return PLACE.sub(lambda _: f"\n{table}\n", page)


def _cell(row: PermissionRow, role: Role) -> str:
    if role not in row.roles:
        return "–"
    if role is Role.SERVICE and row.scope is not None:
        return f"`{row.scope.value}`"
    return "own" if role is Role.MEMBER and row.own else "yes"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
