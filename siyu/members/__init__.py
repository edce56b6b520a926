"""Members and the identities they are known by."""

from siyu.members.locking import lock_members, read_members

__all__ = ["lock_members", "read_members"]
from siyu.members.features import load_features

__all__ = ["load_features", "lock_members"]
