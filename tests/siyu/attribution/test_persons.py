"""Who was two members is one person in the reach and the spread of a campaign."""

from datetime import timedelta

from siyu.attribution.asked import Asked
from siyu.attribution.results import campaign_figures
from siyu.db import Pool
from tests.clock import NOON
from tests.factories import add_campaign, add_members
from tests.siyu.attribution.test_experiments import INVITED

# As a merge leaves the invitations of both: one stands for the person.
MERGED = "UPDATE invitation SET person_id = $2, stands = false WHERE member_id = $1"


async def test_of_two_invited_members_who_are_one_person_one_counts(pool: Pool) -> None:
    campaign_id = await add_campaign(pool, "check_in")
    lin, wang, other, mei = await add_members(pool, 4)
    for invited, by, days_ago in ((wang, lin, 2), (other, lin, 0), (mei, other, 0)):
        await pool.execute(INVITED, invited, by, campaign_id, NOON - timedelta(days=days_ago))
    asked, lately = (Asked(NOON - timedelta(days=days), NOON + timedelta(days=1)) for days in (3, 1))
    [before] = await campaign_figures(pool, [campaign_id], asked)
    assert (before.reach.new_members, tuple(before.spread)) == (3, (3, 2, 2))

    await pool.execute(MERGED, other, wang)
    await pool.execute("UPDATE invitation SET by_id = $2 WHERE by_id = $1", other, wang)

    [after] = await campaign_figures(pool, [campaign_id], asked)
    assert (after.reach.new_members, tuple(after.spread)) == (2, (2, 2, 2))
    # Who was there already is not new because of a second invitation.
    [since] = await campaign_figures(pool, [campaign_id], lately)
    assert since.reach.new_members == 1
