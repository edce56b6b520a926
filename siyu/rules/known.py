"""A member's row as a decision knows it: what the worker kept, and over it what the decision itself has just read."""

from siyu.rules.closures import Row
from siyu.rules.features import MEMBER_FEATURES, Feature, ValueType
from siyu.sdk import Features

# What every decision reads of the member, under the member's lock: exact, however late the worker is.
LIVE_COLUMNS = ("f.joined_at", "m.tier", "m.tags", "m.groups", "f.has_ordered")


def _at_first(feature: Feature) -> object:
    if feature.nullable or feature.type not in (ValueType.INT, ValueType.BOOL):
        return None
    return False if feature.type is ValueType.BOOL else 0


_BY_COLUMN = {feature.column: feature for feature in MEMBER_FEATURES.by_name.values()}
_PLACES = tuple(MEMBER_FEATURES.columns.index(column) for column in LIVE_COLUMNS)
# Of whom nothing happened yet, as the row of a new member is in the database.
NEWCOMER: Row = tuple(_at_first(_BY_COLUMN[column]) for column in MEMBER_FEATURES.columns)


def row_of(features: Features, kept: Row | None = None) -> Row:
    """What rules are asked about; of a member without a row what a newcomer's would say."""
    row = list(NEWCOMER if kept is None else kept)
    joined, tier, tags, groups, ordered = _PLACES
    row[joined], row[tier], row[tags] = features.joined_at, features.tier, features.tags
    row[groups], row[ordered] = features.groups, features.has_ordered
    return row
