"""Members and the identities they are known by."""

from siyu.members.features import load_features
from siyu.members.invitation_store import append_invitations, invited_elsewhere, load_invited
from siyu.members.locking import lock_all, lock_members, read_members
from siyu.members.tag_store import write_tags

__all__ = [
    "append_invitations",
    "invited_elsewhere",
    "load_features",
    "load_invited",
    "lock_all",
    "lock_members",
    "read_members",
    "write_tags",
]
