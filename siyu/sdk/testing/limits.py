"""What the kit knows of a shop's fixed names and numbers; siyu's own tests hold them to the engine's."""

from datetime import timedelta, timezone

EFFECTS_MAX = 32
AMOUNT_MAX = 1_000_000_000_000
KEY_LENGTH_MAX = 64
REFERENCE_LENGTH_MAX = 80
ORDER_NUMBER_LENGTH_MAX = 64
ORDER_AMOUNT_FEN_MAX = 10_000_000_000
REFUND_PROBLEM_LENGTH_MAX = 500
JSON_INTEGER_MAX = 2**63 - 1
JSON_DEPTH_MAX = 16
# Facts that follow from one another: so many come after the first, unless a timer pauses between them.
EMIT_DEPTH_MAX = 4
PAUSE_MIN = timedelta(seconds=60)
AHEAD_MAX = timedelta(days=3 * 366)
DATA_BYTES_MAX = 8_192
# Open, of one member.
HOLDS_OPEN_MAX = 256
# Of a message.
PARAMS_MAX = 16
PARAM_LENGTH_MAX = 200
# Of a review; open, of one member.
EVIDENCE_MAX = 16
EVIDENCE_LENGTH_MAX = 500
REVIEWS_OPEN_MAX = 256
STATE_LENGTH_MAX = 65_536
# The names of teams and items, and how many of them one fact may name.
SUBJECT_LENGTH_MAX = 64
SUBJECTS_NAMED_MAX = 32
SLOT_LENGTH_MAX = 32
# Held and confirmed, of one member.
RESERVATIONS_MAX = 256
# The kit's own: what follows from one fact, or fires while one `wait` passes, comes to an end.
PLAYED_MAX = 100_000

UNITS = frozenset({"commission", "growth", "points"})
# Boards of the kind that `Score` writes to: each member's best.
BEST_BOARDS = frozenset({"invitees", "streak"})
# China has had one zone and no summer time since 1991; so the kit needs no table of time zones.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
