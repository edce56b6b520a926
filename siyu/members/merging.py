"""A merge of two members as it is decided, and the tables whose rows go along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

MERGED = "member.merged"
UNMERGED = "member.unmerged"
# For so long a merge can be undone.
UNDO_FOR = timedelta(days=30)
# Of members that were merged into one, at a time: all of them are locked with each fact.
ABSORBED_MAX = 16


class Moved(NamedTuple):
    """A table of which a member's rows go to whoever stands for them.

    `kept_where`: a condition on the row (`mine`) and one of the survivor's (`theirs`) under which the survivor's stays
    and this one is kept aside, since a person has but one such; `unless`: a condition under which a row stays anyway.
    `row_id` is unique among a member's.
    """

    table: str
    column: str = "member_id"
    kept_where: str | None = None
    row_id: str = "id"
    unless: str | None = None

    @property
    def name(self) -> str:
        """What manifests call it: one table may have two such columns."""
        return self.table if self.column in {"member_id", "subject_id"} else f"{self.table}.{self.column}"


SAME_KEY = "(theirs.campaign_id, theirs.key) = (mine.campaign_id, mine.key)"
# What a campaign keeps of a member under its own keys goes with the participation, which knows them: what is decided
# about one that is kept aside finds them there, and what came in meanwhile goes back with one that was not.
BOTH_TAKE_PART = """(
    SELECT count(*) FROM participation WHERE participation.campaign_id = mine.campaign_id AND subject_id IN ($1, $2)
) = 2"""
FOLLOWING = tuple(
    Moved(table, kept_where=SAME_KEY, unless=BOTH_TAKE_PART)
    for table in ("reservation", "hold", "issued_reward", "review")
)
STANDING = "IN ('reserved', 'confirmed', 'used')"

# Participations come before what hangs on them: a timer of one that is kept aside is decided about there.
MOVED = (
    Moved("member", "merged_into"),
    Moved("identity"),
    Moved("shop_order"),
    Moved("participation", "subject_id", "theirs.campaign_id = mine.campaign_id"),
    *FOLLOWING,
    Moved("message"),
    Moved("refund_request"),
    Moved("coupon", kept_where="theirs.claimed_code = mine.claimed_code"),
    Moved(
        "redemption",
        kept_where=f"(theirs.library_id, theirs.step) = (mine.library_id, mine.step)"
        f" AND theirs.state {STANDING} AND mine.state {STANDING}",
    ),
    Moved("privilege"),
    Moved("value_hold", kept_where="(theirs.unit, theirs.reference) = (mine.unit, mine.reference)"),
    Moved("adjustment"),
    Moved("payout"),
    Moved("wallet_freeze", kept_where="theirs.lifted_at IS NULL AND mine.lifted_at IS NULL"),
    Moved("segment_member", kept_where="theirs.segment_id = mine.segment_id", row_id="segment_id"),
    Moved(
        "membership",
        kept_where="theirs.community_id = mine.community_id",
        row_id="community_id",
        unless="mine.inviter_id = $2",
    ),
    Moved(
        "member_tag",
        kept_where="(theirs.tag, theirs.family) = (mine.tag, mine.family)",
        row_id="md5(tag || '/' || family)::uuid",
    ),
    Moved("member_attribute", kept_where="theirs.key = mine.key", row_id="md5(key)::uuid"),
    Moved(
        "questionnaire_answer",
        kept_where="(theirs.community_id, theirs.version) = (mine.community_id, mine.version)",
        row_id="md5(community_id || '/' || version)::uuid",
    ),
    Moved("touch", row_id="fact_id"),
    Moved("exposure", kept_where="theirs.campaign_id = mine.campaign_id", row_id="campaign_id"),
    Moved("invitation", "by_id", row_id="member_id"),
    Moved("invitation", "person_id", row_id="member_id"),
)

# Timers are no rows of a member's own but of a participation, which they follow.
TIMERS = Moved("pending_fact")

# What names members and stays as it is, and why.
STAYS = {
    "account": "value moves by transfers",
    "fact": "the log is never edited",
    "decision": "the log is never edited",
    "tier_change": "the history of a tier is never edited",
    "tier_standing": "both are judged anew",
    "tier_warning": "what was told was told",
    "member_feature": "a merged member has none; the survivor's is counted anew",
    "board_score": "scores are counted anew",
    "community": "an owner's name leads to the survivor",
    "group_activity": "what was done in a group is told of whom it was told",
    "metric_member_day": "counted anew, of the person",
    "personal": "sealed for its row; read for the person",
    "revelation": "the log is never edited",
    "erasure_request": "counts for the person",
    "consent": "the last word of the person holds",
    "arrival": "each arrived by their own way",
    "arrival_change": "the log is never edited",
    "session": "the merged member's end",
    "counter": "limits are counted over the person (siyu.campaigns.counter_store)",
}


@dataclass(slots=True)
class Merge:
    """That one member was merged into another; `undone_at` is set once they are two again."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    fact_id: UUID
    reason: str
    made_by: str
    merged_at: datetime
    undo_until: datetime
    undo_fact_id: UUID | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_for: str | None = None


# A board, a day of the shop, the moment that decides between equals, a score, and the groups that it counts in, too.
Scored = tuple[str, date, datetime, int, Sequence[UUID]]
# A unit, and when it expires.
FlowKey = tuple[str, datetime | None]


class MovedRows(NamedTuple):
    """How many rows of a table went with a member, or would; and how many the member keeps, or would."""

    what: str
    rows: int
    kept_aside: int = 0


class MergeBook:
    """The merges that a fact may undo, and the one that a commit has to write."""

    def __init__(self) -> None:
        self._merges: dict[UUID, Merge] = {}
        # Those that stand, by whom they were merged into, the latest last.
        self._standing: dict[UUID, list[Merge]] = {}
        # Open holds that both have under one reference.
        self.clashes: list[str] = []
        # Whether the one to be merged is erased.
        self.is_gone = False
        self.new: Merge | None = None
        self.undone: Merge | None = None
        # By unit and expiry, what went from the merged member to the survivor, less what came back, since the merge; by
        # unit, the same of what is owed. Before it: what there was of such from earlier merges.
        self.flow: dict[FlowKey, int] = {}
        self.owed_flow: dict[str, int] = {}
        # What the merged member brings to boards of sums; the best of each, of boards of bests.
        self.sums: list[Scored] = []
        self.survivor_bests: list[Scored] = []
        self.merged_bests: list[Scored] = []

    def put(self, merge: Merge) -> None:
        """Make a merge of the database known; older ones come first."""
        self._merges[merge.id] = merge
        if merge.undone_at is None:
            self._standing.setdefault(merge.survivor_id, []).append(merge)

    def get(self, merge_id: UUID) -> Merge | None:
        """The merge of this id."""
        return self._merges.get(merge_id)

    @property
    def best_boards(self) -> list[str]:
        """The boards of bests that either has a score on."""
        return sorted({each[0] for each in (*self.survivor_bests, *self.merged_bests)})

    def latest_into(self, member_id: UUID) -> Merge | None:
        """The last of those that stand."""
        standing = self._standing.get(member_id)
        return standing[-1] if standing else None
