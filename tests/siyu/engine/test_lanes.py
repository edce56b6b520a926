"""Lanes: who may reward the same fact together is declared, and does not depend on the order of anything else."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.campaigns import LiveCampaign
from siyu.sdk import CampaignTerms, Refuse
from tests.clock import NOON
from tests.factories import paid
from tests.siyu.engine.stage import MEMBER, gives, live, paying, play, told, world_of

LANES = ("first", "second", "third")


def campaign(number: int, points: int = 1, **terms: object) -> LiveCampaign:
    """A campaign that gives points for every order."""
    return live(paying(gives(points)), number, CampaignTerms.model_validate(terms))


def outcome_of(
    campaigns: list[LiveCampaign], lanes: tuple[str, ...] = LANES
) -> list[tuple[int | None, str | None, int]]:
    """What they make of one order."""
    return told(play(world_of(campaigns, lanes), paid(MEMBER, "A1", 100, NOON)))


def test_campaigns_without_a_lane_reward_together() -> None:
    assert outcome_of([campaign(1), campaign(2)]) == [(1, None, 1), (2, None, 1)]


def test_one_campaign_of_a_lane_rewards() -> None:
    assert outcome_of([campaign(1, lane="first"), campaign(2, lane="first"), campaign(3, lane="second")]) == [
        (1, None, 1),
        (2, "LANE_TAKEN", 0),
        (3, None, 1),
    ]


def test_who_kept_it_from_rewarding_is_told() -> None:
    world = world_of([campaign(1, lane="first"), campaign(2, lane="first")], LANES)

    refusal = play(world, paid(MEMBER, "A1", 100, NOON)).decisions[1].refusal

    assert refusal is not None
    assert refusal.missing == {"lane": "first", "by": "00000000-0000-0000-0000-000000000001"}


def test_the_higher_priority_goes_first_and_of_equal_ones_the_older() -> None:
    campaigns = [
        campaign(1, lane="first"),
        campaign(3, lane="first", priority=5),
        campaign(2, lane="first", priority=5),
    ]

    assert outcome_of(campaigns) == [(2, None, 1), (3, "LANE_TAKEN", 0), (1, "LANE_TAKEN", 0)]


def test_lanes_follow_one_another_as_the_shop_orders_them() -> None:
    campaigns = [campaign(1), campaign(2, lane="third"), campaign(3, lane="first", stops_further=True)]

    assert outcome_of(campaigns) == [(3, None, 1), (2, "STOPPED", 0), (1, "STOPPED", 0)]
    assert outcome_of(campaigns, LANES[::-1]) == [(2, None, 1), (3, None, 1), (1, "STOPPED", 0)]


def test_who_gives_nothing_keeps_nobody_from_anything() -> None:
    refusing = live(paying(lambda fact, view: [Refuse("NO")]), 1, CampaignTerms(lane="first", stops_further=True))
    silent = campaign(2, points=0, lane="first", stops_further=True)

    assert outcome_of([refusing, silent, campaign(3, lane="first")]) == [(1, "NO", 0), (2, None, 0), (3, None, 1)]


def test_what_is_settled_is_settled_whatever_the_lanes_say() -> None:
    settling = live(
        paying(gives(2), listens=frozenset(), settles=frozenset({"order.paid"})), 9, CampaignTerms(lane="first")
    )

    assert outcome_of([campaign(1, lane="first", stops_further=True), settling]) == [(9, None, 2), (1, None, 1)]


TERMS = st.builds(
    dict,
    lane=st.sampled_from([None, *LANES, "unlisted"]),
    priority=st.integers(-2, 2),
    stops_further=st.booleans(),
)


@settings(deadline=None)
@given(st.lists(st.tuples(TERMS, st.integers(0, 2)), min_size=1, max_size=8), st.permutations(LANES), st.randoms())
def test_the_order_of_registration_changes_nothing(
    drawn: list[tuple[dict[str, object], int]], lanes: list[str], random: Random
) -> None:
    campaigns = [campaign(number, points, **terms) for number, (terms, points) in enumerate(drawn, start=1)]
    expected = outcome_of(campaigns, tuple(lanes))

    random.shuffle(campaigns)

    assert outcome_of(campaigns, tuple(lanes)) == expected


@settings(deadline=None)
@given(st.lists(st.tuples(TERMS, st.integers(0, 2)), min_size=1, max_size=8), st.permutations(LANES))
def test_in_no_lane_two_campaigns_reward_and_nobody_after_a_stop(
    drawn: list[tuple[dict[str, object], int]], lanes: list[str]
) -> None:
    campaigns = {n: campaign(n, points, **terms) for n, (terms, points) in enumerate(drawn, start=1)}

    answers = outcome_of(list(campaigns.values()), tuple(lanes))

    rewarded = [campaigns[n].terms for n, _, points in answers if n is not None and points]
    taken = [terms.lane for terms in rewarded if terms is not None and terms.lane is not None]
    stops = [terms is not None and terms.stops_further for terms in rewarded]
    assert len(taken) == len(set(taken))
    assert not any(stops[:-1])
    assert len(answers) == len(campaigns)
