"""Value: double-entry accounts and transfers; nothing else in siyu writes them."""

from siyu.ledger.book import UNITS, Book, Cause, OpenGrant, Transfer
from siyu.ledger.elsewhere import Span, changes_elsewhere
from siyu.ledger.hold_store import find_hold_keys, load_holds, write_holds
from siyu.ledger.holds import HoldBook, HoldKey, OpenHold
from siyu.ledger.lots import MemberAccount
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.ledger.store import load_accounts, load_grants, load_spends, open_issuer_accounts, write_book

__all__ = [
    "UNITS",
    "Book",
    "Cause",
    "HoldBook",
    "HoldKey",
    "MemberAccount",
    "OpenGrant",
    "OpenHold",
    "Purpose",
    "Span",
    "Transfer",
    "changes_elsewhere",
    "find_hold_keys",
    "load_accounts",
    "load_grants",
    "load_holds",
    "load_spends",
    "open_issuer_accounts",
    "shop_account_id",
    "write_book",
    "write_holds",
]
