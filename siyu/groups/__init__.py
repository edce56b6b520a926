"""Groups, and who is and was in them."""

from siyu.groups.activity import ACTIVITY_TOPIC, notes_of_activity
from siyu.groups.book import GROUP_REFUSALS, LOOKS_AT_GROUPS, GroupBook
from siyu.groups.folding import run_activity
from siyu.groups.record import GroupRecord, Membership, Positioning, Role, Zone
from siyu.groups.store import Named, load_groups, load_sizes, write_groups
from siyu.sdk.group_facts import GROUP_FACTS, Answers, GroupAnswered, GroupFact, GroupJoined, GroupLeft

__all__ = [
    "ACTIVITY_TOPIC",
    "GROUP_FACTS",
    "GROUP_REFUSALS",
    "LOOKS_AT_GROUPS",
    "Answers",
    "GroupAnswered",
    "GroupBook",
    "GroupFact",
    "GroupJoined",
    "GroupLeft",
    "GroupRecord",
    "Membership",
    "Named",
    "Positioning",
    "Role",
    "Zone",
    "load_groups",
    "load_sizes",
    "notes_of_activity",
    "run_activity",
    "write_groups",
]
