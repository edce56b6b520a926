"""Simulations: one plan, one population; the report adds up."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from siyu.campaigns import LiveCampaign
from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted
from siyu.engine.population import CrowdPlan, Population
from siyu.engine.simulation import Report, Rewards, simulate
from siyu.engine.totals import by_unit, net
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Grant,
    Issue,
    Progress,
    Revoke,
    Spend,
    Text,
    View,
)
from tests.factories import SHANGHAI, registry_of, shop_registry

PLAN = CrowdPlan(200, 10, 7, date(2026, 11, 1), SHANGHAI)


class Odd(ActionInput):
    """Half of the inputs within the bounds are refused."""

    number: Annotated[int, Field(ge=0, le=99)]

    @model_validator(mode="after")
    def it_is_odd(self) -> "Odd":
        """Something that no schema tells."""
        if self.number % 2 == 0:
            raise ValueError("must be odd")
        return self


class Coded(ActionInput):
    """What nobody can guess."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{7}$")]


def campaign_of(type_key: str, config: dict[str, Any] | None = None) -> LiveCampaign:
    """A running campaign that is nowhere stored."""
    changes = DraftChanges(config=config or {})
    return as_drafted(shop_registry(), None, Draft(None, type_key, changes))


def played(campaign: LiveCampaign, plan: CrowdPlan = PLAN) -> Report:
    """The report of a simulation."""
    return simulate(campaign, plan, lambda done, total, facts: None)


def test_a_crowd_comes_in_order_within_its_days() -> None:
    campaign = campaign_of("purchase")
    population = Population(campaign, PLAN)
    days = [list(population.day(number)) for number in range(PLAN.days)]
    facts = [fact for day in days for fact in day]
    paid = {fact.new.data["order"]: fact.new for fact in facts if fact.new.type == "order.paid"}
    refunds = [fact.new for fact in facts if fact.new.type == "order.refunded"]

    for number, day in enumerate(days):
        assert {fact.new.at.astimezone(SHANGHAI).date() for fact in day} == {PLAN.starts_on + timedelta(days=number)}
        assert [fact.new.at for fact in day] == sorted(fact.new.at for fact in day)
    assert len({fact.id for fact in facts}) == len(facts)
    assert len(paid) + len(refunds) == len(facts)
    for refund in refunds:
        order = paid[refund.data["order"]]
        assert order.member_id == refund.member_id
        assert order.at < refund.at
        assert 1 <= refund.data["amount_fen"] <= order.data["amount_fen"]


def test_more_members_leave_the_first_as_they_are() -> None:
    few = Population(campaign_of("check_in"), PLAN).people
    many = Population(campaign_of("check_in"), CrowdPlan(300, 10, 7, PLAN.starts_on, SHANGHAI)).people

    assert many[:200] == few


def test_what_the_crowd_cannot_do_is_named() -> None:
    kind = CampaignType(
        key="odd",
        title=Text(zh="奇", en="Odd"),
        sdk=">=1.0",
        version="1",
        config=CampaignConfig,
        state=CampaignState,
        actions=(Action("code", Text(zh="码", en="Code"), Coded), Action("odd", Text(zh="奇", en="Odd"), Odd)),
        listens=frozenset({"visit.made", "group.joined"}),
        effects=frozenset(),
        decide=lambda fact, view: [],
        describe=lambda config, state: Progress(0, None, Text(zh="", en="")),
    )
    campaign = LiveCampaign(UUID(int=1), kind, 1, "running", None, None, CampaignConfig(), {})

    report = played(campaign)

    assert report.unplayed == ["group.joined", "visit.made", "odd.code"]
    assert set(report.facts) == {"odd.odd"}
    assert report.decisions == report.facts.total() > 0


def test_a_report_adds_up() -> None:
    report = played(campaign_of("check_in", {"streak_points": [10]}))
    spread = report.spreads["points"]

    granted = report.decisions - report.refusals.total()
    assert report.totals == Counter({("points", "granted"): 10 * granted})
    assert set(report.refusals) == {"ALREADY_SIGNED", "MAKE_UP_IS_OFF"}
    assert spread.total == net(report.totals, "points")
    assert spread.winners == report.winners == report.participants <= PLAN.members
    assert list(spread.quantiles.values()) == sorted(spread.quantiles.values())
    assert 10 <= spread.quantiles["p10"] <= spread.greatest <= 10 * PLAN.days
    assert 10 <= spread.top_tenth_percent <= 100


def test_what_members_spend_is_counted_and_not_left_to_them() -> None:
    kind = CampaignType(
        key="machine",
        title=Text(zh="扭蛋", en="Machine"),
        sdk=">=1.0",
        version="1",
        config=CampaignConfig,
        state=CampaignState,
        actions=(Action("turn", Text(zh="扭", en="Turn")),),
        effects=frozenset({Grant, Spend}),
        refusals={"POOR": Text(zh="积分不足", en="Too few points")},
        decide=lambda fact, view: [Spend("points", 3, "POOR") if view.balance("points") else Grant("points", 7)],
        describe=lambda config, state: Progress(0, None, Text(zh="", en="")),
    )

    report = played(as_drafted(registry_of(kind), None, Draft(None, "machine", DraftChanges(config={}))))

    totals = by_unit(report.totals)["points"]
    assert (totals["granted"] % 7, totals["spent"] % 3) == (0, 0)
    assert totals["granted"] // 7 + totals["spent"] // 3 == report.decisions - report.refusals.total()
    assert report.spreads["points"].total == net(report.totals, "points") == totals["granted"] - totals["spent"]
    assert totals["spent"] > 0


def test_a_window_is_kept_to() -> None:
    midnight = datetime(2026, 11, 5, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    draft = Draft(None, "purchase", DraftChanges(config={}, starts_at=midnight))

    report = played(as_drafted(shop_registry(), None, draft))

    assert 0 < report.decisions < report.facts.total()


def test_nobody_wins_where_nothing_is_granted() -> None:
    report = played(campaign_of("check_in", {"streak_points": [0]}))

    assert (report.winners, report.spreads) == (0, {})
    assert report.participants > 0


def test_progress_is_told_day_by_day() -> None:
    told: list[tuple[int, int]] = []

    simulate(campaign_of("check_in"), PLAN, lambda done, total, facts: told.append((done, total)))

    assert told == [(day, 10) for day in range(1, 11)]


def trade(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """A cup for ten points, and a mug that is taken back at once."""
    yield Spend("points", 10, code="POOR")
    yield Issue("cup", key=f"cup/{fact.new_key}", code="POOR")
    yield Issue("mug", key=f"mug/{fact.new_key}", code="POOR")
    yield Revoke(f"mug/{fact.new_key}")


def test_a_crowd_spends_what_it_was_given_and_rewards_are_counted() -> None:
    title = Text(zh="换", en="Trade")
    kind: CampaignType[Any, Any] = CampaignType(
        key="trade",
        title=title,
        sdk=">=1.0,<2",
        version="1.0.0",
        config=CampaignConfig,
        state=CampaignState,
        actions=(Action("swap", title),),
        effects=frozenset({Issue, Revoke, Spend}),
        refusals={"POOR": title},
        decide=trade,
        describe=lambda config, state: Progress(0, None, title),
    )
    campaign = as_drafted(registry_of(kind), None, Draft(None, "trade", DraftChanges()))

    rich, poor = played(campaign, replace(PLAN, given={"points": 25})), played(campaign)

    swaps = rich.decisions - rich.refusals["POOR"]
    assert 0 < rich.participants < swaps <= 2 * rich.participants, "25 points are two cups and a rest"
    assert rich.rewards == {"cup": Rewards(swaps, 0), "mug": Rewards(swaps, swaps)}
    assert by_unit(rich.totals)["points"]["spent"] == 10 * swaps
    # They have less than before, and a cup: only the value has no winners.
    assert (rich.winners, rich.spreads["points"].winners) == (rich.participants, 0)
    assert poor.facts == rich.facts
    assert (poor.refusals["POOR"], poor.winners, poor.rewards) == (poor.decisions, 0, {})
