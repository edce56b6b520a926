"""Caps hold in previews, replays and simulations as they do in a commit."""

from dataclasses import replace
from datetime import date, timedelta

from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted
from siyu.campaigns.live_terms import compile_terms
from siyu.db import Pool
from siyu.engine.population import CrowdPlan
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.replay import Replay, ReplaySummary
from siyu.engine.simulation import simulate
from siyu.sdk import CampaignTerms
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, shop_engine, shop_registry
from tests.siyu.engine.capped import cap, codes, set_caps

DAY = timedelta(days=1)


async def test_a_preview_starts_from_what_is_counted_and_counts_nothing_itself(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign = await add_campaign(pool, "purchase")
    await set_caps(pool, campaign, cap(10), cap(1, "count", "member", "day"))
    await shop_engine(pool).submit(paid(lin, "A1", 400, NOON))
    facts = [
        PreviewFact(at, member, type="order.paid", data={"order": f"B{number}", "amount_fen": 300})
        for number, (member, at) in enumerate([(lin, NOON), (bo, NOON), (None, NOON), (lin, NOON + DAY)])
    ]

    preview = await Previewer(pool, shop_registry(), SHANGHAI).preview(Draft(campaign), facts, NOON)
    used = await pool.fetch("SELECT used FROM counter ORDER BY name")
    committed = [await shop_engine(pool).submit(paid(bo, f"C{n}", 300, NOON + n * DAY)) for n in range(3)]

    assert [step.refusal and step.refusal.missing["period"] for step in preview.steps] == ["day", None, None, "ever"]
    assert [row[0] for row in used] == [1, 4]
    assert codes(committed) == [None, None, "CAP_REACHED"]


async def test_a_replay_is_refused_where_the_past_was_and_where_a_draft_gives_more(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    await set_caps(pool, campaign, cap(10), cap(5, "value", "member", "day"))
    engine = shop_engine(pool)
    past = [await engine.submit(paid(lin, f"A{n}", 300, NOON + n // 2 * DAY)) for n in range(9)]

    async def replayed(changes: DraftChanges) -> tuple[int, ReplaySummary]:
        summary = ReplaySummary()
        plan = Replay(pool, shop_registry(), SHANGHAI, Draft(campaign, None, changes))
        differences = [one async for one in plan.differences(summary, lambda done, total: None)]
        return len(differences), summary

    assert codes(past) == [None, "CAP_REACHED"] * 3 + ["CAP_REACHED"] * 3
    assert (await replayed(DraftChanges()))[0] == 0
    more, summary = await replayed(DraftChanges(config={"multiplier": "1.5"}))
    # Four points each; the third would be the twelfth.
    assert (more, summary.before["points", "granted"], summary.after["points", "granted"]) == (3, 9, 8)


def test_a_simulated_crowd_gets_no_more_than_the_caps_let_through() -> None:
    campaign = as_drafted(shop_registry(), None, Draft(None, "check_in", DraftChanges(config={})))
    terms = compile_terms(campaign.type, campaign.config, CampaignTerms(caps=(cap(70), cap(10, "count", period="day"))))
    plan = CrowdPlan(100, 5, 7, date(2026, 11, 2), SHANGHAI)

    report = simulate(replace(campaign, terms=terms), plan, lambda done, total, facts: None)

    assert report.totals["points", "granted"] <= 70 < report.totals["points", "granted"] + 10
    assert report.refusals["CAP_REACHED"] > 0
