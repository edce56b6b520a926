"""Random scripts: lists of effects that a campaign may ask for, possible and impossible ones."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from plugins.purchase.campaign import PURCHASE, PurchaseState
from siyu.sdk import (
    CampaignState,
    Cancel,
    Confirm,
    Emit,
    Grant,
    Hold,
    Invite,
    Issue,
    Notify,
    Once,
    Refund,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Review,
    Revoke,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Settle,
    Spend,
    Tag,
    Untag,
)
from siyu.sdk.testing import Stage
from siyu.sdk.testing.crowd import MEMBERS
from tests.siyu.sdk.scripted import After, Back, By, Look, LookAtPartner, LookAtValue, Script, Team, Teams


class AnotherState(CampaignState):
    """Of no campaign type here."""


AMOUNTS: st.SearchStrategy[Any] = st.sampled_from([1, 5, 300, 10**12])
REFERENCES = st.sampled_from(["CROWD-1", "CROWD-2", "CROWD-3"])
KEYS = st.sampled_from(["a", "b", "c", "x" * 64])
CODES = st.sampled_from(["NO", "TOO_LATE"])
MISSING: st.SearchStrategy[Any] = st.sampled_from([{}, {"n": 1}, {"l": [1, {"a": None}]}, {"t": True}, {"f": 1.5}])
ODD_MISSING: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"t": (1,)},
        {"n": float("nan")},
        {"n": float("inf")},
        {"d": datetime(2026, 1, 1, tzinfo=UTC)},
        {1: 2},
        {"s": "\ud800"},
        {"\0": 1},
        {"n": 2**63},
        {"s": {1}},
        5,
    ]
)
DATA: st.SearchStrategy[Any] = st.sampled_from(
    [{}, {"n": 1}, {"at": datetime(2026, 1, 1, tzinfo=UTC)}, {"n": 2, "at": "2026-01-01T00:00:00Z"}, {"at": None}]
)
ODD_DATA: st.SearchStrategy[Any] = st.sampled_from(
    [{"n": "x"}, {"m": 1}, {"n": 2**63}, {1: 2}, {"n": float("nan")}, {"n": {1}}, {"at": b"x"}, {"n": "\ud800"}, 5]
)
SPANS = st.sampled_from([timedelta(days=days) for days in (-1, 0, 7, 60, 3 * 366)] + [timedelta(seconds=59)])
ODD_SPANS = st.sampled_from([timedelta(days=3 * 366, seconds=1), timedelta(days=9_999)])
TYPES = st.sampled_from(["tick", "tock"])
ODD_TYPES = st.sampled_from(["ping", "go", "order.paid", ""])
NOBODY = UUID(int=1)
PEOPLE = st.none() | st.sampled_from([*(Stage(PURCHASE).member(name).id for name in MEMBERS), NOBODY])
REASONS = st.sampled_from(["late", "full"])
REWARDS = st.sampled_from(["mug", "x" * 64])
PARAMS: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"count": 3},
        {"count": ""},
        {"count": "x" * 200, "more": 1 - 2**63},
        {"count": 1} | {f"p{n}": n for n in range(15)},
    ]
)
OF: st.SearchStrategy[Any] = st.sampled_from(["grant", "spend"])
PARTS = st.none() | st.integers(0, 9)
# Each is impossible by itself; a test tries all of them.
ODD_TEXTS: tuple[Any, ...] = ("", "x" * 65, "\0", "\ud800", 5)
ODD_PARAMS: tuple[Any, ...] = (
    {},
    {"counts": 3},
    {"count": True},
    {"count": 1.5},
    {"count": None},
    {"count": "\0"},
    {"count": "x" * 201},
    {"count": 2**63},
    {"count": 1, "": 1},
    {"count": 1, "x" * 65: 1},
    {"count": 1} | {f"p{n}": n for n in range(16)},
    5,
)
ODD_REFERENCES: tuple[Any, ...] = ("", "x" * 81, "\0", "\ud800", 5)
ODD_AMOUNTS: tuple[Any, ...] = (0, -1, 10**12 + 1, True, 1.5, "5")
ODD_VALUES = (
    *(Grant("points", odd) for odd in ODD_AMOUNTS),
    *(Grant("points", 1, odd) for odd in ODD_REFERENCES),
    Grant("gold", 1),
    *(Spend("points", odd, "NO") for odd in ODD_AMOUNTS),
    *(Spend("points", 1, "NO", odd) for odd in ODD_REFERENCES),
    Spend("gold", 1, "NO"),
    Spend("points", 1, "UNDECLARED"),
    *(Hold("points", odd, "a", "NO") for odd in ODD_AMOUNTS),
    *(Hold("points", 1, odd, "NO") for odd in ODD_TEXTS),
    *(Hold("points", 1, "a", "NO", odd) for odd in ODD_REFERENCES),
    Hold("gold", 1, "a", "NO"),
    Hold("points", 1, "a", "UNDECLARED"),
    *(Settle("a", odd) for odd in (-1, 10**12 + 1, False, 0.0, "5")),  # type: ignore[arg-type]  # junk on purpose
    *(Settle(odd) for odd in ODD_TEXTS),
    *(Reverse("points", odd, "CROWD-1") for odd in ODD_AMOUNTS),
    *(Reverse("points", 1, odd) for odd in (*ODD_REFERENCES, None, "CROWD-2")),  # type: ignore[arg-type]  # as above
    Reverse("gold", 1, "CROWD-1"),
    Reverse("points", 1, "CROWD-1", "gift"),  # type: ignore[arg-type]  # as above
)
ODD_GIFTS = (
    *(Issue(odd, "a", "NO") for odd in ODD_TEXTS),
    *(Issue("mug", odd, "NO") for odd in ODD_TEXTS),
    Issue("mug", "a", "UNDECLARED"),
    *(Revoke(odd) for odd in ODD_TEXTS),
    *(Notify("ready", odd) for odd in ODD_PARAMS),
    Notify("unready", {"count": 1}),
    Notify("bare", {"words": ""}),
    # The type declares no rewards.
    Grant("commission", 1),
    Hold("commission", 1, "a", "NO"),
)
ODD_REFUNDS = (
    *(Refund(odd, 1, "late") for odd in ODD_TEXTS),
    *(Refund("CROWD-1", odd, "late") for odd in ODD_AMOUNTS),
    *(Refund("CROWD-1", 1, odd) for odd in ("early", "", 5, [])),  # type: ignore[arg-type]  # as above
)
EVIDENCE: st.SearchStrategy[Any] = st.sampled_from(
    [{}, {"n": 1, "url": "https://example.com/a.jpg"}, {"note": "", "text": "x" * 500}, {f"n{n}": n for n in range(16)}]
)
ODD_EVIDENCE: tuple[Any, ...] = (
    {"n": True},
    {"n": 1.5},
    {"n": None},
    {"n": "\0"},
    {"n": "\ud800"},
    {"n": "x" * 501},
    {"n": 2**63},
    {"n": ["a"]},
    {"": 1},
    {"x" * 65: 1},
    {f"n{n}": n for n in range(17)},
    5,
)
ODD_REVIEWS = (
    *(Review(odd, "look") for odd in ODD_TEXTS),
    Review("a", "undeclared"),
    *(Review("a", "look", odd) for odd in ODD_EVIDENCE),
)
COUNTERS = st.sampled_from(["all", "own", "seat", "endless", "item", "prize"])
FEW = st.sampled_from([1, 1, 2, 4])
ODD_LABELS = tuple(
    kind(label)  # type: ignore[arg-type]  # as above
    for kind in (Tag, Untag)
    for label in ("", " a", "a ", "x" * 33, "a\nb", "\0", "\ud800", "\u2028", 5, None)
)
# Nobody whom a fact names.
ODD_INVITES = (Invite(NOBODY, "NO"), Invite("lin", "NO"), Invite(None, "NO"))  # type: ignore[arg-type]  # as above
SUBJECTS = st.none() | REFERENCES
POSSIBLE: st.SearchStrategy[Any] = st.one_of(
    st.builds(Grant, st.just("points"), AMOUNTS, st.none() | REFERENCES),
    st.builds(Reverse, st.just("points"), AMOUNTS, REFERENCES),
    st.builds(SetState, st.builds(PurchaseState, orders=st.integers(0, 9))),
    st.builds(Score, st.just("streak"), st.sampled_from([1, 7, 3])),
    st.builds(Once, KEYS, CODES),
    st.builds(Refuse, CODES, MISSING),
    st.builds(After, KEYS, SPANS, TYPES, DATA),
    st.builds(Cancel, KEYS),
    st.builds(Emit, st.just("ping"), DATA, PEOPLE),
    st.builds(Reserve, COUNTERS, FEW, st.none() | CODES, key=st.none() | KEYS),
    st.builds(Reserve, st.just("item"), FEW, subject=SUBJECTS, key=st.none() | KEYS),
    st.builds(Reserve, st.just("all"), FEW, key=KEYS),
    st.builds(Release, KEYS),
    st.builds(Confirm, KEYS, CODES),
    st.builds(Teams, st.booleans(), st.builds(Team, members=st.integers(0, 9))),
    st.builds(Look, COUNTERS, st.none()),
    st.builds(Tag, KEYS.map(lambda key: key[:32])),
    st.builds(Untag, KEYS.map(lambda key: key[:32])),
    st.builds(Spend, st.just("points"), AMOUNTS, CODES, st.none() | REFERENCES),
    st.builds(Back, AMOUNTS, OF),
    st.builds(Hold, st.just("points"), AMOUNTS, KEYS, CODES, st.none() | REFERENCES),
    st.builds(Settle, KEYS, PARTS),
    st.builds(LookAtValue, st.just("points"), KEYS, st.none(), OF),
    st.builds(Issue, REWARDS, KEYS, CODES),
    st.builds(Revoke, KEYS),
    st.builds(Notify, st.just("ready"), PARAMS),
    st.builds(By, CODES),
    st.builds(LookAtPartner),
    st.builds(Refund, REFERENCES, AMOUNTS, REASONS),
    st.builds(Review, KEYS, st.just("look"), EVIDENCE),
)
IMPOSSIBLE: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(ODD_VALUES),
    st.builds(SetState, st.sampled_from([AnotherState(), {}, None])),  # type: ignore[arg-type]  # junk on purpose
    st.builds(Score, st.sampled_from(["points", "spend", "nothing"]), AMOUNTS),
    st.builds(Score, st.just("streak"), st.sampled_from(ODD_AMOUNTS)),
    st.builds(Once, st.sampled_from(["", "x" * 65, "\0", 5]), CODES),  # type: ignore[arg-type]  # as above
    st.builds(Once, KEYS, st.just("UNDECLARED")),
    st.builds(Refuse, CODES, ODD_MISSING),
    st.builds(Refuse, st.just("UNDECLARED"), MISSING),
    st.builds(After, KEYS, SPANS | ODD_SPANS, ODD_TYPES | TYPES, ODD_DATA | DATA),
    st.builds(After, st.sampled_from(["", "x" * 65, "\0", 5]), SPANS, TYPES, DATA),
    st.builds(Schedule, KEYS, st.sampled_from([datetime(2026, 1, 1), None]), TYPES, DATA),  # type: ignore[arg-type]  # noqa: DTZ001 - as above
    st.builds(Reserve, st.just("nothing"), FEW),
    st.builds(Reserve, COUNTERS, st.sampled_from(ODD_AMOUNTS)),
    st.builds(Reserve, COUNTERS, FEW, st.just("UNDECLARED")),
    st.builds(Reserve, COUNTERS, FEW, key=st.sampled_from(["", "x" * 65, "\0"])),
    st.builds(Reserve, COUNTERS, FEW, subject=st.sampled_from(["", "another"])),
    st.builds(Release, st.sampled_from(["", "x" * 65])),
    st.builds(Confirm, KEYS, st.just("UNDECLARED")),
    st.builds(Teams, st.booleans(), st.builds(AnotherState)),
    st.builds(SetTeam, st.just("another"), st.builds(Team)),
    st.builds(Look, st.just("nothing"), st.none()),
    st.builds(Cancel, st.sampled_from(["", "x" * 65, "\0", 5])),  # type: ignore[arg-type]  # as above
    st.builds(Emit, TYPES | ODD_TYPES, ODD_DATA | DATA, PEOPLE),
    st.builds(Emit, st.just("ping"), DATA, st.just("lin")),  # type: ignore[arg-type]  # as above
    st.sampled_from(ODD_GIFTS),
    st.sampled_from(ODD_LABELS),
    st.builds(By, st.just("UNDECLARED")),
    st.builds(By, CODES, st.just(value=False)),
    st.sampled_from(ODD_INVITES),
    st.sampled_from(ODD_REFUNDS),
    st.sampled_from(ODD_REVIEWS),
    st.sampled_from(["junk", None, Grant]),
)
SCRIPTS = st.lists(
    st.lists(POSSIBLE, max_size=4)
    | st.lists(POSSIBLE | IMPOSSIBLE, max_size=3)
    | st.sampled_from([[Grant("points", 1)] * 32, [Grant("points", 1)] * 33]),
    min_size=1,
    max_size=6,
)


# Fewer kinds and fewer keys, so that holds are confirmed and released, teams joined and timers replaced.
TWO_KEYS = st.sampled_from(["a", "b"])
SHARING = st.lists(
    st.lists(
        st.one_of(
            st.builds(Reserve, st.sampled_from(["all", "endless"]), st.just(1), key=TWO_KEYS),
            st.builds(Reserve, st.sampled_from(["seat", "item", "own"]), st.just(1)),
            st.builds(Release, TWO_KEYS),
            st.builds(Confirm, TWO_KEYS, CODES),
            st.builds(Teams, st.booleans(), st.builds(Team, members=st.integers(1, 9))),
            st.builds(Look, st.sampled_from(["all", "endless", "seat"]), st.none()),
            st.builds(After, TWO_KEYS, SPANS, TYPES, DATA),
            st.builds(Emit, st.just("ping"), DATA, PEOPLE),
        ),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=5,
)
# What may be forbidden for a fact, and what may not.
GIVING = st.lists(
    st.lists(
        st.one_of(
            st.builds(Grant, st.just("points"), st.just(1)),
            st.builds(Hold, st.just("points"), st.just(1), KEYS, CODES),
            st.builds(Issue, REWARDS, KEYS, CODES),
            st.builds(Settle, KEYS, PARTS),
            st.builds(Emit, st.just("ping"), DATA, PEOPLE),
            st.builds(Refuse, CODES, MISSING),
        ),
        max_size=2,
    ),
    min_size=1,
    max_size=4,
)
# Something that a member does: by which script it is decided, for what it is, and how many days late it is told.
Turn = tuple[str, Script, str | None, int]


def turns_of(effects: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Turn]]:
    """Each turn has a script of its own; few members and references, so that one turn finds what another left."""
    member = st.sampled_from(["zhao", "zhao", "lin"])
    script = st.lists(effects, min_size=1, max_size=4)
    return st.lists(st.tuples(member, script, st.none() | TWO_REFERENCES, st.sampled_from([0, 0, 3])), max_size=10)


TWO_REFERENCES = st.sampled_from(["CROWD-1", "CROWD-2"])
# So that keys are used again, in one decision too, and refusals of several kinds meet.
REWARDING = turns_of(
    st.one_of(
        st.builds(Issue, REWARDS, TWO_KEYS, CODES),
        st.builds(Revoke, TWO_KEYS),
        st.builds(Notify, st.just("ready"), PARAMS),
        st.builds(Reserve, st.just("all"), st.just(2)),
        st.builds(Once, TWO_KEYS, CODES),
    )
)
# Small amounts, so that some spends are borne.
SMALL = st.sampled_from([1, 2, 3, 5, 8, 13])
DEALING = turns_of(
    st.one_of(
        st.builds(Grant, st.just("points"), SMALL, st.none() | TWO_REFERENCES),
        st.builds(Spend, st.just("points"), SMALL, CODES, st.none() | TWO_REFERENCES),
        st.builds(Back, SMALL, OF),
    )
)
PROMISING = turns_of(
    st.one_of(
        st.builds(Hold, st.just("points"), SMALL, KEYS, CODES, st.none() | TWO_REFERENCES),
        st.builds(Settle, KEYS, PARTS),
        st.builds(Spend, st.just("points"), SMALL, CODES),
        st.builds(Issue, REWARDS, KEYS, CODES),
        st.builds(Back, SMALL, st.just("grant")),
        st.builds(LookAtValue, st.just("points"), KEYS, st.none() | TWO_REFERENCES, OF),
    )
)
# Facts of all kinds ask, verdicts too; some decisions about these fail, so that the review stays open.
REVIEWING = st.lists(
    st.lists(
        st.one_of(
            st.builds(Review, KEYS, st.just("look"), EVIDENCE),
            st.builds(Review, KEYS, st.just("look"), EVIDENCE),
            st.builds(Grant, st.just("points"), SMALL),
            st.builds(Refuse, CODES, MISSING),
            st.builds(Emit, st.just("ping"), DATA, PEOPLE),
            st.just(Grant("gold", 1)),
        ),
        max_size=2,
    ),
    min_size=1,
    max_size=5,
)
