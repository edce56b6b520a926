"""What is previewed of queues and draws is what is then committed, but for how a draw will fall."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine.preview import Previewer, PreviewFact
from siyu.sdk.draws import draw_of
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.plugins.test_flash_sale_previews import REGISTRY, SLOW, Happening, Life, renamed
from tests.siyu.engine.happening import decided, told

MEMBERS = 4
SALE = {
    "items": [{"key": "mug", "stock": 2, "slot_stock": 1, "per_member": 2}],
    "slots": [{"start": "12:00", "end": "12:20"}, {"start": "12:30", "end": "24:00"}],
    "standby": 2,
    "standby_minutes": 16,
}
LINE = "{}:mug:2026-11-21T{}"
DEEDS = st.one_of(
    st.tuples(st.sampled_from(["get", "get", "claim"]), st.integers(0, 3)),
    st.tuples(st.sampled_from(["cancel", "leave", "pay"]), st.integers(0, 3)),
)
# Of what is tried out, and of the campaign.
SECRETS = b"", b"nobody knows!"
NEW = re.compile("new [0-9]+")
HAPPENINGS = st.tuples(st.sampled_from([0, 0, 1, 15, 16]), st.integers(0, MEMBERS - 1), DEEDS)


class LineLife(Life):
    """A sale with lines; `secret` is that of its draws."""

    allocation, secret = "", b""

    async def begin(self, allocation: str, secret: bytes) -> None:
        """Earlier lives are over."""
        await self.pool.execute("UPDATE campaign SET state = 'draft'")
        await self.pool.execute("DELETE FROM pending_fact")
        self.allocation = allocation
        self.members = await add_members(self.pool, MEMBERS)
        config = {**SALE, "allocation": allocation}
        self.campaign = await add_campaign(self.pool, "flash_sale", config, draw_secret=secret)

    async def keys(self) -> list[str]:
        """The claims there were, those that wait too, the oldest first."""
        claims = """
        SELECT claim ->> 'reservation' FROM participation, jsonb_array_elements(state -> 'claims') AS claim
        WHERE campaign_id = $1 AND team IS NULL ORDER BY 1
        """
        return [row[0] for row in await self.pool.fetch(claims, self.campaign)]

    async def happening(self, happenings: Sequence[Happening]) -> list[PreviewFact]:
        """What happens from now on."""
        keys, at, facts = await self.keys() or ["nobody's"], self.clock.now, []
        for minutes, number, (what, argument) in happenings:
            at += timedelta(minutes=minutes, seconds=1)
            if what == "get":
                action = "join" if self.allocation == "queue" else "enter"
                facts.append(PreviewFact(at, self.members[number], action=action, data={"item": "mug"}))
            elif what == "leave":
                line = LINE.format(self.allocation, "12:00" if argument < 3 else "12:30")
                facts.append(PreviewFact(at, self.members[number], action="leave", data={"line": line}))
            else:
                facts.append(self.fact(what, 1 if what == "claim" else argument, keys, number, at))
        return facts


async def live(pool: Pool, allocation: str, before: list[Happening], after: list[Happening]) -> None:
    """Preview what is then committed, and compare."""
    life = LineLife(pool)
    await life.begin(allocation, SECRETS[0])
    await life.commit(await life.happening(before))
    keys, passed = await life.keys(), len(await decided(pool, life.campaign, 0))
    facts = await life.happening(after)
    # Timers are known of those alone whom the preview is about.
    none = {"reservation": "none"}
    facts += [PreviewFact(facts[-1].at, member, action="cancel", data=none) for member in life.members]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), facts, life.clock.now)).steps
    await life.commit(facts)

    previewed, committed = told(steps), await decided(pool, life.campaign, passed)
    assert by_moment(renamed(previewed, keys)) == by_moment(renamed(committed, keys))


def by_moment(lines: Sequence[str]) -> list[str]:
    """Without which of several timers of one moment came first: tickets of a draw are asked all at once."""
    anonymous = [NEW.sub("new", line) for line in lines]
    return sorted(anonymous, key=lambda line: (json.loads(line)[2], line))


LIVES = (
    st.sampled_from(["queue", "lottery"]),
    st.lists(HAPPENINGS, max_size=6),
    st.lists(HAPPENINGS, min_size=1, max_size=6),
)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_lines_is_what_is_then_committed(
    pool: Pool, allocation: str, before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, allocation, before, after)


@pytest.mark.prove
@settings(max_examples=300, deadline=None, suppress_health_check=[*SLOW, HealthCheck.filter_too_much])
@given(*LIVES)
async def test_what_is_previewed_of_lines_is_what_is_then_committed_at_length(
    pool: Pool, allocation: str, before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, allocation, before, after)


async def test_no_preview_tells_how_a_draw_will_fall(pool: Pool) -> None:
    """It draws by another seed; what is drawn already is as it was drawn."""
    life = LineLife(pool)
    await life.begin("lottery", SECRETS[1])
    await life.commit(await life.happening([(0, number, ("get", 0)) for number in range(3)]))
    later = [
        PreviewFact(NOON + timedelta(minutes=30), member, action="leave", data={"line": "-"})
        for member in life.members[:3]
    ]
    line = LINE.format("lottery", "12:00")
    shown, real = ([draw_of(secret, line).position(ticket, 3) for ticket in range(3)] for secret in SECRETS)
    assert shown.index(0) != real.index(0), "else this test tells nothing"

    previewed = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), later, NOON)).steps
    [wins] = [
        step.fact.member_id
        for step in previewed
        if step.fact.type == "flash_sale.draw" and step.effects[0]["kind"] == "reserve"
    ]
    assert wins == life.members[shown.index(0)]
