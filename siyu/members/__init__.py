"""Members and the identities they are known by."""

from siyu.members.features import load_features
from siyu.members.locking import lock_members, read_members

__all__ = ["load_features", "lock_members", "read_members"]
