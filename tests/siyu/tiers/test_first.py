"""Scratch."""
from datetime import *
from random import Random
from siyu.tiers.ladder import *
from siyu.tiers.presets import COMMUNITY, RETAIL
from siyu.tiers.rule import *
from siyu.tiers.service import *
from siyu.tiers.settling import *
from siyu.tiers.review import *
from tests.factories import *
from tests.siyu.tiers.history import *
W = {"zh":"x","en":"x"}
MIXED = Ladder.model_validate_json(__import__("json").dumps({"tiers":[
 {"key":"a","title":W},
 {"key":"b","title":W,"any_of":[{"measure":"interactions","at_least":2,"days":7},{"measure":"spend_month","at_least":10000}],"review":"month","grace_days":5,"warning_days":3},
 {"key":"c","title":W,"all_of":[{"measure":"growth","at_least":150},{"measure":"spend_total","at_least":20000}],"review":"quarter","downgrade":"one"},
 {"key":"d","title":W,"any_of":[{"measure":"spend_year","at_least":120000}],"all_of":[{"measure":"spend_total","at_least":30000}],"review":"year","downgrade":"one", "grace_days":40},
]}))
async def test_up(pool):
  r = Random(1)
  ids = await add_members(pool, 400)
  deeds = {m: random_deeds(r, SHANGHAI, date(2022,12,1), 800, 40) for m in ids}
  await write_deeds(pool, deeds)
  n=0
  for ladder in (COMMUNITY, RETAIL, MIXED):
    now = datetime(2024,1,1,tzinfo=UTC)
    live = await set_ladder(pool, ladder, SHANGHAI, now, "x")
    prev = await preview_ladder(pool, ladder, SHANGHAI, now)
    moves = await settle_all(pool, live, now)
    assert prev == moves
    print(moves)
    rows = {r[0]: r for r in await pool.fetch("select * from tier_standing")}
    for m in ids:
        rec = record_of(deeds[m], SHANGHAI)
        day = max(date(2024,1,1), date.min, date(2024,1,1) if 0 else date.min)
        day = rows[m]["judged_on"]
        e = earned_days(ladder, rec)
        s = standing_on(ladder, e, day)
        assert tuple(rows[m]["earned_on"]) == e, (m, deeds[m])
        assert (ladder.tiers[s.place].key, s.valid_until) == (rows[m]["tier"], rows[m]["valid_until"])
    for k in range(0, 1200, 37):
        now2 = datetime(2024,9,1,tzinfo=UTC)+timedelta(days=k)
        await review_all(pool, live, now2)
        for mm, tier, j in await pool.fetch("select member_id, tier, judged_on from tier_standing"):
            day = max(now2.astimezone(SHANGHAI).date(), j)
            s = tier_at(record_of(deeds[mm], SHANGHAI), ladder, day)
            assert ladder.tiers[s.place].key == tier
            n+=1
    assert not await pool.fetchval("select count(*) from member m join tier_standing s on s.member_id=m.id where m.tier<>s.tier")
    await pool.execute("update tier_standing set judged_on='2023-12-31'") if 0 else None
  print(n, await pool.fetchval("select count(*) from tier_change"))
  assert 0
