"""What the members of an experiment are to do: each goal as a condition over who was exposed, and when."""

from collections.abc import Mapping
from enum import Enum

from siyu.features.refreshing import COUNTS


class Goal(Enum):
    """What an arm is to bring members to, within the window after they were exposed."""

    PAYMENT = "payment"
    PARTICIPATION = "participation"
    JOINING = "joining"
    INVITING = "inviting"


_WITHIN = "> exposed.at AND {at} <= exposed.at + $2::interval"

# Of `exposed`, a row of the table; $2 is the window. The deed by which somebody is exposed is their participation, too:
# whoever came by a link first is asked the same. Who joins a group again joins it.
REACHED: Mapping[Goal, str] = {
    Goal.PAYMENT: f"""EXISTS (
        SELECT FROM shop_order
        WHERE member_id = exposed.member_id AND paid_at {_WITHIN.format(at="paid_at")} AND {COUNTS}
    )""",
    Goal.PARTICIPATION: """EXISTS (
        SELECT FROM fact JOIN decision ON decision.fact_id = fact.id AND decision.campaign_id = exposed.campaign_id
        WHERE fact.member_id = exposed.member_id AND refusal_code IS NULL
            AND fact.at >= exposed.at AND fact.at <= exposed.at + $2::interval
    )""",
    Goal.JOINING: f"""EXISTS (
        SELECT FROM membership CROSS JOIN LATERAL unnest(joins) AS joined (at)
        WHERE membership.member_id = exposed.member_id AND joined.at {_WITHIN.format(at="joined.at")}
    )""",
    Goal.INVITING: f"""EXISTS (
        SELECT FROM invitation WHERE by_id = exposed.member_id AND campaign_id = exposed.campaign_id AND stands
            AND invitation.at {_WITHIN.format(at="invitation.at")}
    )""",
}
