"""The figures of campaigns told again in plain Python, and a small shop to draw them from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from siyu.attribution.asked import Asked, Attribution
from siyu.db import Pool
from siyu.ids import new_id
from tests.factories import add_campaign, add_members

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
# Few moments, so that ties and the edges of windows come up all the time.
MOMENTS_MAX = 12
STEP = timedelta(hours=12)
MEMBERS, CAMPAIGNS = 3, 4


@dataclass(frozen=True)
class Met:
    """A member met a campaign at a moment: by a link, by joining, by an action; all by place."""

    member: int
    campaign: int
    moment: int
    how: str


@dataclass(frozen=True)
class Paid:
    """A member paid an order at a moment, and some of it went back."""

    member: int
    moment: int
    amount_fen: int
    refunded_fen: int


@dataclass
class Drawn:
    """A shop, and what is asked of it: the range from one moment to another, and the window in steps."""

    met: Sequence[Met]
    paid: Sequence[Paid]
    since: int
    until: int
    window: int
    model: Attribution
    campaigns: list[UUID] = field(default_factory=list)
    members: list[UUID] = field(default_factory=list)

    @property
    def asked(self) -> Asked:
        """What is asked."""
        return Asked(at(self.since), at(self.until), self.model, self.window * STEP)


def at(moment: int) -> datetime:
    """A moment by its place."""
    return BEGINNING + moment * STEP


_moments = st.integers(0, MOMENTS_MAX)
_met = st.builds(
    Met,
    st.integers(0, MEMBERS - 1),
    st.integers(0, CAMPAIGNS - 1),
    _moments,
    st.sampled_from(["touch", "touch", "join", "act"]),
)
_paid = st.builds(
    lambda member, moment, amount, refunded: Paid(member, moment, amount, min(amount, refunded)),
    st.integers(0, MEMBERS - 1),
    _moments,
    st.integers(0, 20),
    st.integers(0, 20),
)
DRAWN = st.builds(
    lambda met, paid, ends, window, model: Drawn(met, paid, min(ends), max(ends) + 1, window, model),
    st.lists(_met, max_size=14),
    st.lists(_paid, max_size=5),
    st.tuples(_moments, _moments),
    st.integers(1, 8),
    st.sampled_from(list(Attribution)),
)


async def enter(pool: Pool, drawn: Drawn) -> None:
    """Write the shop into the database."""
    drawn.campaigns = [await add_campaign(pool, "check_in") for _ in range(CAMPAIGNS)]
    drawn.members = await add_members(pool, MEMBERS)
    joined: set[tuple[int, int]] = set()
    for met in drawn.met:
        place = drawn.campaigns[met.campaign], drawn.members[met.member], at(met.moment)
        if met.how == "touch":
            await pool.execute(
                "INSERT INTO touch (fact_id, campaign_id, member_id, at, arrived_at, channel) "
                "VALUES ($1, $2, $3, $4, $4, 'other')",
                new_id(),
                *place,
            )
        elif met.how == "act":
            await pool.execute(
                "INSERT INTO fact (id, campaign_id, member_id, at, arrived_at, idempotency_key, type, data, "
                "fingerprint) VALUES ($1, $2, $3, $4, $4, 'member/' || gen_random_uuid(), 'check_in.sign', '{}', '')",
                new_id(),
                *place,
            )
        elif (met.campaign, met.member) not in joined:
            joined.add((met.campaign, met.member))
            await pool.execute(
                "INSERT INTO participation (id, campaign_id, subject_id, created_at, updated_at, state, state_version) "
                "VALUES ($1, $2, $3, $4, $4, '{}', 1)",
                new_id(),
                *place,
            )
    for paid in drawn.paid:
        await pool.execute(
            "INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at) "
            "VALUES ($1, gen_random_uuid()::text, $2, $3, $4, $5)",
            new_id(),
            drawn.members[paid.member],
            paid.amount_fen,
            paid.refunded_fen,
            at(paid.moment),
        )


def _beginnings(drawn: Drawn) -> dict[tuple[int, int], int]:
    """When each member joined each campaign that they take part in: the first such row counts."""
    found: dict[tuple[int, int], int] = {}
    for met in drawn.met:
        if met.how == "join":
            found.setdefault((met.campaign, met.member), met.moment)
    return found


def _counts(paid: Paid) -> bool:
    return paid.refunded_fen < paid.amount_fen or paid.amount_fen == 0


def revenue(drawn: Drawn) -> dict[UUID, tuple[int, int]]:
    """How many orders are put down to each campaign that has any, and how much of them."""
    joined, found = _beginnings(drawn), defaultdict[UUID, list[int]](list)
    for paid in drawn.paid:
        if not (drawn.since <= paid.moment < drawn.until and _counts(paid)):
            continue
        moments = defaultdict[UUID, list[int]](list)
        for met in drawn.met:
            began = joined.get((met.campaign, met.member))
            moment = began if met.how == "join" else met.moment
            is_meant = met.member == paid.member and (met.how != "act" or began is not None)
            if is_meant and moment is not None and paid.moment - drawn.window <= moment < paid.moment:
                moments[drawn.campaigns[met.campaign]].append(moment)
        for campaign, share in shares(drawn.model, moments, paid.amount_fen - paid.refunded_fen).items():
            found[campaign].append(share)
    return {campaign: (len(of), sum(of)) for campaign, of in found.items()}


def shares(model: Attribution, moments: dict[UUID, list[int]], net_fen: int) -> dict[UUID, int]:
    """What each campaign has of an order."""
    by_first = sorted(moments, key=lambda campaign: (min(moments[campaign]), campaign))
    if not by_first:
        return {}
    if model is Attribution.FIRST_TOUCH:
        return {by_first[0]: net_fen}
    if model is Attribution.LAST_TOUCH:
        return {max(moments, key=lambda campaign: (max(moments[campaign]), campaign)): net_fen}
    whole, left = divmod(net_fen, len(by_first))
    return {campaign: whole + (place < left) for place, campaign in enumerate(by_first)}


def reach(drawn: Drawn, campaign: int) -> tuple[int, int, int]:
    """Who was reached, joined and paid of one campaign."""
    began = {member: moment for (of, member), moment in _beginnings(drawn).items() if of == campaign}
    joined = {member: moment for member, moment in began.items() if drawn.since <= moment < drawn.until}
    touched = {
        met.member
        for met in drawn.met
        if met.campaign == campaign and met.how == "touch" and drawn.since <= met.moment < drawn.until
    }
    converted = {
        paid.member
        for paid in drawn.paid
        if paid.member in joined and _counts(paid) and 0 < paid.moment - joined[paid.member] <= drawn.window
    }
    return len(touched | joined.keys()), len(joined), len(converted)
