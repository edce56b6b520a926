"""What an API key can be good for: a closed set."""

from enum import Enum


class Scope(Enum):
    """One thing that a service may do; a field that lets services in names the scope it takes.

    FREE_DOCUMENTS opens no field: its key may send documents that are not trusted (`api/answering.py`).
    """

    FACTS = "facts"
    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    MEMBERS_MERGE = "members.merge"
    COUPONS = "coupons"
    REWARDS = "rewards"
    VALUE = "value"
    REFUNDS = "refunds"
    SESSIONS = "sessions"
    FREE_DOCUMENTS = "free-documents"
