"""The kit and the engine's deciding half mean the same by every effect: same types, same facts, same outcome.

Two implementations, written apart: where they differ, one of them is wrong.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.check_in.campaign import CHECK_IN, CheckInConfig
from plugins.purchase.campaign import PURCHASE, PurchaseConfig, PurchaseState
from siyu.campaigns import AnyCampaignType
from siyu.engine import CAMPAIGN_FAILED
from siyu.engine.outcome import Decision
from siyu.sdk import (
    EFFECT_TYPES,
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    Cancel,
    Confirm,
    Counter,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Once,
    OrderView,
    Period,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Schedule,
    Scope,
    Score,
    SetState,
    SetTeam,
    Tag,
    TeamOf,
    Text,
    Untag,
)
from siyu.sdk.testing import Played, Stage, Step
from siyu.sdk.testing.applying import RULES
from siyu.sdk.testing.asking import AnyView
from siyu.sdk.testing.crowd import MEMBERS, tell
from siyu.sdk.testing.limits import BEST_BOARDS
from siyu.sdk.testing.stage import STAGE
from siyu.sdk.testing.strategies import lives_of
from tests.factories import LONG_AGO
from tests.siyu.sdk.one_by_one import OneByOne

# Effects that the kit has no rule for yet: who adds one to the engine alone names it here, and in docs/campaigns/.
NOT_PLAYED = frozenset({"Spend", "Hold", "Settle", "Issue", "Revoke", "Notify"})
# Steps at which the campaign is not open.
CLOSED = st.frozensets(st.integers(0, 19), max_size=6)


class AnotherState(CampaignState):
    """Of no campaign type here."""


@dataclass(frozen=True)
class After:
    """A `Schedule` at so long after the fact."""

    key: Any
    after: timedelta
    type: str
    data: Any

    def effect(self, fact: Fact, view: AnyView) -> Schedule:
        """The effect for a fact."""
        return Schedule(self.key, fact.at + self.after, self.type, self.data)


class Team(CampaignState):
    """What teams remember here."""

    members: int = 0


@dataclass(frozen=True)
class Teams:
    """A `SetTeam`: of the team that the fact names, or of a new one."""

    opens: bool
    state: Any

    def effect(self, fact: Fact, view: AnyView) -> SetTeam:
        """The effect for a fact."""
        return SetTeam(fact.new_key if self.opens else fact.data.get("team"), self.state)


@dataclass(frozen=True)
class Look:
    """A grant of what the view tells of one counter, of the team and of a key."""

    counter: str
    subject: str | None

    def effect(self, fact: Fact, view: AnyView) -> Grant:
        """The effect for a fact."""
        left, team = view.left(self.counter, self.subject), view.team(Team)
        told = [view.used(self.counter, self.subject), 99 if left is None else left, team.members if team else 0]
        held = view.reserved("a")
        told += [held.amount, int(held.confirmed)] if held else [9, 9]
        return Grant("points", int("1" + "".join(f"{min(number, 99):02}" for number in told)), None)


class Note(FactData):
    """What the scripted campaign's own facts carry."""

    n: int = 0
    at: datetime | None = None


UNITS = st.sampled_from(["points", "points", "points", "gold"])
AMOUNTS: st.SearchStrategy[Any] = st.sampled_from([1, 5, 300, 10**12])
ODD_AMOUNTS: st.SearchStrategy[Any] = st.sampled_from([0, -1, 10**12 + 1, True, 1.5, "5"])
REFERENCES = st.sampled_from(["CROWD-1", "CROWD-2", "CROWD-3"])
ODD_REFERENCES: st.SearchStrategy[Any] = st.sampled_from(["", "x" * 81, "\0", "\ud800", 5])
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
COUNTERS = st.sampled_from(["all", "own", "seat", "endless", "item"])
FEW = st.sampled_from([1, 1, 2, 4])
SUBJECTS = st.none() | REFERENCES
ODD_LABELS: st.SearchStrategy[Any] = st.sampled_from(
    ["", " a", "a ", "x" * 33, "a\nb", "\0", "\ud800", "\u2028", 5, None]
)
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
)
IMPOSSIBLE: st.SearchStrategy[Any] = st.one_of(
    st.builds(Grant, UNITS, ODD_AMOUNTS | AMOUNTS, st.none() | ODD_REFERENCES),
    st.builds(Reverse, UNITS, ODD_AMOUNTS | AMOUNTS, ODD_REFERENCES | st.none()),
    st.builds(SetState, st.sampled_from([AnotherState(), {}, None])),  # type: ignore[arg-type]  # junk on purpose
    st.builds(Score, st.sampled_from(["points", "spend", "nothing"]), AMOUNTS),
    st.builds(Score, st.just("streak"), ODD_AMOUNTS),
    st.builds(Once, st.sampled_from(["", "x" * 65, "\0", 5]), CODES),  # type: ignore[arg-type]  # as above
    st.builds(Once, KEYS, st.just("UNDECLARED")),
    st.builds(Refuse, CODES, ODD_MISSING),
    st.builds(Refuse, st.just("UNDECLARED"), MISSING),
    st.builds(After, KEYS, SPANS | ODD_SPANS, ODD_TYPES | TYPES, ODD_DATA | DATA),
    st.builds(After, st.sampled_from(["", "x" * 65, "\0", 5]), SPANS, TYPES, DATA),
    st.builds(Schedule, KEYS, st.sampled_from([datetime(2026, 1, 1), None]), TYPES, DATA),  # type: ignore[arg-type]  # noqa: DTZ001 - as above
    st.builds(Reserve, st.just("nothing"), FEW),
    st.builds(Reserve, COUNTERS, ODD_AMOUNTS),
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
    st.builds(Tag, ODD_LABELS),
    st.builds(Untag, ODD_LABELS),
    st.sampled_from(["junk", None, Grant]),
)
NOON, NIGHT = 12, 17
# How a stage names the first facts, and so the teams that they open.
FIRST_KEYS = tuple(uuid5(STAGE, f"fact/{number}").hex for number in range(1, 7))
COUNTED = [
    Counter[PurchaseConfig](name="all", scope=Scope.CAMPAIGN, limit=lambda config, subject: 5, refusal="NO"),
    Counter[PurchaseConfig](
        name="own", scope=Scope.MEMBER, period=Period.DAY, limit=lambda config, subject: 2, refusal="TOO_LATE"
    ),
    Counter[PurchaseConfig](
        name="seat", scope=Scope.TEAM, period=Period.WEEK, limit=lambda config, subject: 3, refusal="NO"
    ),
    Counter[PurchaseConfig](
        name="endless", scope=Scope.CAMPAIGN, period=Period.MONTH, limit=lambda config, subject: None, refusal="NO"
    ),
    Counter[PurchaseConfig](
        name="item",
        scope=Scope.ITEM,
        period=Period.SLOT,
        field="order",
        limit=lambda config, subject: len(subject) - 5,
        refusal="NO",
    ),
]


class Go(ActionInput):
    """The team that a fact names: often one that the first facts may have opened; and items."""

    team: Literal[FIRST_KEYS] | None = None  # type: ignore[valid-type]  # texts, made above
    order: tuple[Literal["CROWD-1", "CROWD-2", "CROWD-3"], ...] = ()


SCRIPTS = st.lists(
    st.lists(POSSIBLE, max_size=4)
    | st.lists(POSSIBLE | IMPOSSIBLE, max_size=3)
    | st.sampled_from([[Grant("points", 1)] * 32, [Grant("points", 1)] * 33]),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module", autouse=True)
def silence() -> Iterator[None]:
    """Thousands of campaigns fail here, and the engine would log each with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def scripted(
    scripts: Sequence[Sequence[Effect | After | Teams | Look]], declared: frozenset[type[Effect]]
) -> AnyCampaignType:
    """A campaign type that asks for what one of the scripts says, whichever the fact's seed names."""

    def decide(fact: Fact, view: AnyView) -> Iterable[Effect]:
        script = scripts[int(fact.seed, 16) % len(scripts)]
        return [effect.effect(fact, view) if isinstance(effect, After | Teams | Look) else effect for effect in script]

    return replace(
        PURCHASE,
        key="scripted",
        decide=decide,
        effects=declared,
        actions=(Action("go", Text(zh="走", en="Go"), Go),),
        counters=tuple(COUNTED),
        slot_of=lambda config, local: None if local.hour >= NIGHT else "am" if local.hour <= NOON else "pm",
        team=TeamOf("team", Team),
        timers={"tick": Note, "tock": Note},
        emits={"ping": Note},
        refusals={code: Text(zh="不", en="No") for code in ("NO", "TOO_LATE")},
    )


def compare(kind: AnyCampaignType, config: CampaignConfig, life: Sequence[Step], closed: frozenset[int]) -> None:
    """Play a life on the kit and on the engine; every step and the end must be equal."""
    stage = Shop(kind, config)
    engine = OneByOne(kind, config, [stage.member(name, joined_at=LONG_AGO) for name in MEMBERS])
    for number, step in enumerate(life):
        stage.running = number not in closed
        for fired in stage.wait(minutes=step.after // timedelta(minutes=1)):
            follow(stage, engine, fired)
        played = tell(stage, step)
        assert told(engine.decide(played.fact, stage.running)) == kit_told(played)
        for following in played.followed:
            follow(stage, engine, following)
    for member in map(stage.member, MEMBERS):
        assert stage.balance(member) == engine.balances[member.id]
        assert stage.state(member) == engine.state(member.id)
        assert stage.timers(member) == engine.timers(member.id)
        assert stage.tags(member) == engine.tags.get(member.id, frozenset())
        assert all(stage.best(member, board) == engine.best(member.id, board) for board in BEST_BOARDS)

    for counter in COUNTED:
        assert stage.counted(counter.name) == engine.counted(counter.name)
    for key in FIRST_KEYS:
        assert stage.team(key) == engine.team(key)


class Shop(Stage[Any, Any]):
    """A stage that makes of a failing campaign what a shop does, and remembers when it decided."""

    def __init__(self, kind: AnyCampaignType, config: CampaignConfig) -> None:
        super().__init__(kind, config)
        self.decided_at: dict[UUID, datetime] = {}

    def _decide(self, fact: Fact, order: OrderView | None, depth: int = 0) -> Played:
        self.decided_at[fact.id] = self.now
        try:
            return super()._decide(fact, order, depth)
        except Exception:
            return Played(fact, refusal=CAMPAIGN_FAILED)


def follow(stage: Shop, engine: OneByOne, played: Played) -> None:
    """Let the engine decide what it was asked for itself, and all that follows from it."""
    for following in (played, *played.followed):
        fact = following.fact
        decision = engine.decide(fact, stage.running, engine.take(fact), stage.decided_at[fact.id])
        assert told(decision) == kit_told(following)


def kit_told(played: Played) -> tuple[Any, ...]:
    """What the kit says came of a fact."""
    return played.log, played.refusal, played.missing


def told(decision: Decision | None) -> tuple[Any, ...]:
    """A decision of the engine as the kit tells it; None where no campaign was asked."""
    if decision is None:
        return (), None, {}
    code, missing = decision.refusal or (None, {})
    # Why it failed is the engine's to say; the kit has raised it.
    # The row that a fact waits in is the database's.
    log = tuple({name: value for name, value in entry.items() if name != "pending"} for entry in decision.effects)
    return log, code, {} if code == CAMPAIGN_FAILED else missing


@given(lives_of(CHECK_IN), CLOSED, st.sampled_from([CheckInConfig(), CheckInConfig(streak_points=(0, 3))]))
def test_check_ins_are_equal(life: list[Step], closed: frozenset[int], config: CheckInConfig) -> None:
    compare(CHECK_IN, config, life, closed)


@given(
    lives_of(PURCHASE),
    CLOSED,
    st.sampled_from([PurchaseConfig(), PurchaseConfig(cap_per_day=50), PurchaseConfig(lateness_days=None)]),
)
def test_purchases_are_equal(life: list[Step], closed: frozenset[int], config: PurchaseConfig) -> None:
    compare(PURCHASE, config, life, closed)


# A life may be long where timers set timers.
@settings(deadline=None)
@given(
    SCRIPTS,
    st.frozensets(st.sampled_from(EFFECT_TYPES), min_size=len(EFFECT_TYPES) - 1).map(lambda kinds: kinds | {Refuse}),
    lives_of(scripted([[]], frozenset()), steps_max=12),
    CLOSED,
)
def test_whatever_a_campaign_asks_for_is_equal(
    scripts: list[list[Effect | After | Teams | Look]],
    declared: frozenset[type[Effect]],
    life: list[Step],
    closed: frozenset[int],
) -> None:
    compare(scripted(scripts, declared), PurchaseConfig(), life, closed)


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


@settings(deadline=None)
@given(SHARING, lives_of(scripted([[]], frozenset()), steps_max=12))
def test_what_members_share_and_what_follows_is_equal(
    scripts: list[list[Effect | After | Teams | Look]], life: list[Step]
) -> None:
    compare(scripted(scripts, frozenset(EFFECT_TYPES)), PurchaseConfig(), life, frozenset())


def test_the_most_tags_a_member_may_have_are_equal() -> None:
    # In some order the third comes to exactly as many as there may be.
    scripts: list[list[Any]] = [[Tag(f"{n}/{number}") for number in range(n)] for n in (31, 29, 4)]
    scripts.append([Tag("one too many"), Untag("31/0")])
    life = [Step("lin", timedelta(0), timedelta(0), "scripted.go", {}) for _ in range(12)]

    compare(scripted(scripts, frozenset(EFFECT_TYPES)), PurchaseConfig(), life, frozenset())


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kit that granted one too many would be found."""
    right = RULES[Grant]
    wrong = right._replace(apply=lambda scene, effect: right.apply(scene, replace(effect, amount=effect.amount + 1)))
    monkeypatch.setattr("siyu.sdk.testing.applying.RULES", {**RULES, Grant: wrong})
    step = Step("lin", timedelta(0), timedelta(0), "check_in.sign", {})

    with pytest.raises(AssertionError):
        compare(CHECK_IN, CheckInConfig(), [step], frozenset())


def test_the_kit_plays_every_effect() -> None:
    assert {kind.__name__ for kind in RULES} == {kind.__name__ for kind in EFFECT_TYPES} - NOT_PLAYED
