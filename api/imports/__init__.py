"""Imports of CSV files: the shop's orders and stays in groups as facts, and its members."""

from api.imports.errors import CannotImport
from api.imports.members import MEMBER_COLUMNS, MembersImport
from api.imports.memberships import MEMBERSHIP_COLUMNS, MembershipsImport
from api.imports.orders import ORDER_COLUMNS, SHOP_IDENTITY, OrdersImport
from api.imports.running import ImportResult, run_import

__all__ = [
    "MEMBERSHIP_COLUMNS",
    "MEMBER_COLUMNS",
    "ORDER_COLUMNS",
    "SHOP_IDENTITY",
    "CannotImport",
    "ImportResult",
    "MembersImport",
    "MembershipsImport",
    "OrdersImport",
    "run_import",
]
