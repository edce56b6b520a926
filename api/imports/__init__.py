"""Imports of CSV files: the shop's orders as facts, and its members."""

from api.imports.errors import CannotImport
from api.imports.members import MEMBER_COLUMNS, MembersImport
from api.imports.orders import ORDER_COLUMNS, SHOP_IDENTITY, OrdersImport
from api.imports.running import ImportResult, run_import

__all__ = [
    "MEMBER_COLUMNS",
    "ORDER_COLUMNS",
    "SHOP_IDENTITY",
    "CannotImport",
    "ImportResult",
    "MembersImport",
    "OrdersImport",
    "run_import",
]
