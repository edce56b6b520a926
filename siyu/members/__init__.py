"""Members and the identities they are known by."""

from siyu.members.features import load_features
from siyu.members.invitation_store import append_invitations, invited_elsewhere, load_invited
from siyu.members.locking import lock_members, lock_person, lock_persons, read_kin, read_members
from siyu.members.merge_store import has_aside, load_merges, owners_of, write_merges
from siyu.members.tag_store import write_tags

__all__ = [
    "append_invitations",
    "has_aside",
    "invited_elsewhere",
    "load_features",
    "load_invited",
    "load_merges",
    "lock_members",
    "lock_person",
    "lock_persons",
    "owners_of",
    "read_kin",
    "read_members",
    "write_merges",
    "write_tags",
]
