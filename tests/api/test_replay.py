"""`python -m api replay` as a person runs it: which campaign, which time, and what is printed."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from schema.ids import CAMPAIGN, FACT, MEMBER, encode_id
from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_campaign, add_members, paid, shop_engine

# Half an hour into November in Shanghai.
AT = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)


async def test_a_replay_lists_each_difference_and_sums_them_up(commands: Commands, pool: Pool, tmp_path: Path) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    engine = shop_engine(pool)
    outcome = await engine.submit(paid(member, "A-1", 12_800, AT))
    await engine.submit(paid(member, "A-2", 20, AT))
    config = tmp_path / "double.json"
    config.write_text('{"multiplier": "2"}')

    doubled = ("--config", config)
    as_json, as_text, later = await asyncio.gather(
        commands.run("replay", "purchase", *doubled, "--json"),
        commands.run("replay", encode_id(CAMPAIGN, campaign), *doubled, "--since", "2026-11-01"),
        commands.run("replay", "purchase", *doubled, "--since", "2026-11-01T00:31", "--json"),
    )

    assert (as_json.code, as_text.code, later.code) == (0, 0, 0), as_json.err + as_text.err + later.err
    [difference, summary] = [json.loads(line) for line in as_json.out.splitlines()]
    granted = {"kind": "grant", "unit": "points", "amount": 128, "reference": "A-1"}
    assert difference == {
        "fact": encode_id(FACT, outcome.fact_id),
        "type": "order.paid",
        "member": encode_id(MEMBER, member),
        "at": "2026-10-31T16:30:00+00:00",
        "before": {"effects": [granted, {"kind": "set_state"}], "refusal": None},
        "after": {"effects": [{**granted, "amount": 256}, {"kind": "set_state"}], "refusal": None},
    }
    assert summary == {
        "summary": {
            "facts": 2,
            "compared": 2,
            "differing": 1,
            "drifted": 0,
            "before": {"points": {"granted": 128, "reversed": 0, "spent": 0, "returned": 0}},
            "after": {"points": {"granted": 256, "reversed": 0, "spent": 0, "returned": 0}},
        }
    }
    assert "2026-11-01 00:30:00" in as_text.out, "the time in the shop, whole"
    assert encode_id(MEMBER, member)[-9:] in as_text.out
    assert "points: granted 128 → 256, reversed 0 → 0, spent 0 → 0" in as_text.out
    assert "2 of 2 facts compared, 1 differ." in as_text.out
    assert json.loads(later.out)["summary"]["compared"] == 0


async def test_a_member_is_listed_by_nickname(commands: Commands, pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase", state="paused")
    await shop_engine(pool).submit(paid(member, "A-1", 12_800, AT))
    await pool.execute("UPDATE member SET nickname = '小明'")

    printed = await commands.run("replay", "purchase")

    assert printed.code == 0, printed.err
    assert "小明" in printed.out


async def test_what_cannot_be_replayed_is_one_sentence(commands: Commands, pool: Pool, tmp_path: Path) -> None:
    for _ in range(2):
        await add_campaign(pool, "purchase")
    await add_campaign(pool, "check_in")
    bad, no_json = tmp_path / "bad.json", tmp_path / "no.json"
    bad.write_text('{"streak_points": []}')
    no_json.write_text("{")

    async def is_told(text: str, *arguments: str | Path) -> None:
        finished = await commands.run("replay", *arguments)
        assert finished.code != 0
        assert finished.out == ""
        assert text in finished.err

    await asyncio.gather(
        is_told("There is no campaign named 'nothing'", "nothing"),
        is_told("2 campaigns or more named 'purchase'", "purchase"),
        is_told("config.streak_points", "check_in", "--config", bad),
        is_told("There is no file", "check_in", "--config", tmp_path / "none.json"),
        is_told("is not JSON", "check_in", "--config", no_json),
        is_told("is no date and no time", "check_in", "--since", "yesterday"),
    )
