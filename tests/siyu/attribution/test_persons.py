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
    for invited, by in ((wang, lin), (other, lin), (mei, other)):
        await pool.execute(INVITED, invited, by, campaign_id, NOON)
    asked = Asked(NOON - timedelta(days=1), NOON + timedelta(days=1))
    [before] = await campaign_figures(pool, [campaign_id], asked)
    assert (before.reach.new_members, tuple(before.spread)) == (3, (3, 2, 2))

    await pool.execute(MERGED, other, wang)
    await pool.execute("UPDATE invitation SET by_id = $2 WHERE by_id = $1", other, wang)

    [after] = await campaign_figures(pool, [campaign_id], asked)
    assert (after.reach.new_members, tuple(after.spread)) == (2, (2, 2, 2))
