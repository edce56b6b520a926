"""The campaign type: what members can do, what it may ask for, and every word it says."""

from collections.abc import Callable, Iterator, Mapping

from plugins.referral import earning, inviting, ordering, pairing
from plugins.referral.config import ReferralConfig
from plugins.referral.facts import (
    Answered,
    Asked,
    BindInput,
    Earned,
    NumberedOrder,
    OpenInput,
    Owed,
    Pair,
    Prize,
    Refunded,
)
from plugins.referral.pairing import ReferralView
from plugins.referral.states import ReferralState
from siyu.sdk import (
    Action,
    ActionKind,
    CampaignType,
    Cancel,
    ConfigProblem,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Hold,
    Invite,
    Issue,
    Notify,
    Once,
    Progress,
    References,
    Refuse,
    Reserve,
    Reverse,
    Review,
    RewardRule,
    Schedule,
    Score,
    SetState,
    Settle,
    Text,
)

KEY = "referral"
# Whose facts they are is told in docs/campaigns/referral.md.
DECISIONS: Mapping[str, Callable[[Fact, ReferralView], Iterator[Effect]]] = {
    "referral.open": inviting.open_code,
    "referral.bind": inviting.bind,
    "referral.invited": inviting.hear_of_newcomer,
    "referral.flagged": inviting.flagged,
    "referral.qualified": pairing.qualified,
    "referral.answered": pairing.answered,
    "referral.close": pairing.close,
    "referral.reviewed": pairing.reviewed,
    "referral.confirmed": pairing.confirmed,
    "referral.voided": pairing.voided,
    "referral.prize": earning.prize,
    "order.paid": ordering.paid,
    "order.refunded": ordering.refunded,
    "referral.mature": ordering.mature,
    "referral.commission": earning.commission,
    "referral.matured": earning.matured,
    "referral.refunded": earning.taken_back,
    "referral.collect": earning.collect,
}


def decide(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """One function for each type of fact."""
    yield from DECISIONS[fact.type](fact, view)


def rewards(config: ReferralConfig) -> Iterator[RewardRule]:
    """Points for newcomers who came or bought, and commission by nothing but their paid orders."""
    points = {
        "referral.invited": config.inviter.points,
        "referral.qualified": config.inviter.points,
        "referral.answered": config.invitee.points,
        "referral.prize": max((step.points for step in config.steps), default=0),
    }
    yield from (RewardRule("points", fact) for fact, most in points.items() if most)
    for level, _ in enumerate(config.commission.rates if config.commission else (), start=1):
        for through in (("referral.commission",), ("referral.mature", "referral.matured")):
            yield RewardRule("commission", "order.paid", level, through)


def validate(config: ReferralConfig) -> Iterator[ConfigProblem]:
    """Somebody has something of it."""
    sides = (config.inviter, config.invitee)
    if not (config.steps or config.commission or any(side.points or side.reward for side in sides)):
        yield ConfigProblem(("inviter",), Text(zh="双方都没有奖励", en="nobody is given anything"))


def describe(config: ReferralConfig, state: ReferralState) -> Progress:
    """How many newcomers were verified, on the way to the next step."""
    ahead = [step.invitees for step in config.steps if step.invitees > state.verified]
    text = Text(zh=f"已成功邀请 {state.verified} 位", en=f"Newcomers brought: {state.verified}")
    return Progress(current=state.verified, target=min(ahead, default=None), text=text)


TIMERS: Mapping[str, type[FactData]] = {"close": FactData, "mature": NumberedOrder}
EMITS: Mapping[str, type[FactData]] = {
    "invited": Asked,
    "flagged": Asked,
    "qualified": Asked,
    "answered": Answered,
    "confirmed": Pair,
    "voided": Pair,
    "prize": Prize,
    "commission": Earned,
    "matured": Earned,
    "refunded": Refunded,
    "collect": Owed,
}

REFERRAL = CampaignType(
    key=KEY,
    title=Text(zh="邀请有礼", en="Referral"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=ReferralConfig,
    state=ReferralState,
    actions=(
        Action("bind", Text(zh="填写邀请码", en="Name your inviter"), BindInput, ActionKind.RECRUIT),
        Action("open", Text(zh="打开我的邀请码", en="Open your own code"), OpenInput),
    ),
    partner="code",
    # What was promised when a newcomer was bound is kept after the end of the campaign too.
    settles=frozenset({"order.paid", "order.refunded"}),
    timers=TIMERS,
    emits=EMITS,
    reads=(References(frozenset({"referral.refunded", "referral.collect"}), "order"),),
    features=lambda _: True,
    counters=(inviting.DEVICE, *pairing.CAPS),
    effects=frozenset(
        {
            Cancel,
            Emit,
            Grant,
            Hold,
            Invite,
            Issue,
            Notify,
            Once,
            Refuse,
            Reserve,
            Reverse,
            Review,
            Schedule,
            Score,
            SetState,
            Settle,
        }
    ),
    refusals={
        "BOUND_ALREADY": Text(zh="您已绑定邀请人", en="You have named your inviter already"),
        "GIVEN_ALREADY": Text(zh="该奖励已发放", en="This has been given already"),
        "HAS_ORDERED": Text(zh="仅限从未下单的新会员", en="This is for members who have never ordered"),
        "INVITED_ALREADY": Text(zh="您已有邀请人", en="You have an inviter already"),
        "INVITER_CAME_LATER": Text(zh="邀请人须比您更早入会", en="Your inviter must have joined before you"),
        "INVITER_DAY_CAP": Text(zh="邀请人今日奖励名额已满", en="The inviter has reached the limit of a day"),
        "INVITER_MONTH_CAP": Text(zh="邀请人本月奖励名额已满", en="The inviter has reached the limit of a month"),
        "INVITER_TOTAL_CAP": Text(zh="邀请人奖励名额已满", en="The inviter has reached the limit in all"),
        "NO_SUCH_CODE": Text(zh="邀请码无效", en="That is nobody's code"),
        "NOT_NEW": Text(zh="仅限入会 {days} 天内的新会员", en="This is for members who joined in the last {days} days"),
        "OWN_CODE": Text(zh="不能填写自己的邀请码", en="That is your own code"),
        "PROMISED_ALREADY": Text(zh="该奖励已在途", en="This has been promised already"),
    },
    reviews={
        "burst": Text(zh="邀请人短时间内邀请过多", en="The inviter brought many in a short time"),
        "device": Text(zh="多个会员使用同一设备", en="Several members came from one device"),
        "tags": Text(zh="账号带有低质量标签", en="An account has a tag of low quality"),
    },
    messages={
        "declined": Text(
            zh="本次邀请不符合奖励条件，双方均无奖励", en="This invitation brings no reward to either side"
        ),
        "rewarded": Text(zh="新人奖励已到账", en="Your newcomer's reward has arrived"),
        "verified": Text(zh="您邀请的好友已达成，累计 {count} 位", en="A friend you brought made it: {count} so far"),
    },
    rewards=rewards,
    validate=validate,
    decide=decide,
    describe=describe,
)
