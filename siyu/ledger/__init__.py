"""Value: double-entry accounts and transfers; nothing else in siyu writes them."""

from siyu.ledger.book import UNITS, Book, Cause, MemberAccount, OpenGrant, Transfer
from siyu.ledger.store import load_accounts, load_grants, open_issuer_accounts, write_book

__all__ = [
    "UNITS",
    "Book",
    "Cause",
    "MemberAccount",
    "OpenGrant",
    "Transfer",
    "load_accounts",
    "load_grants",
    "open_issuer_accounts",
    "write_book",
]
