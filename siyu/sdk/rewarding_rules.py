"""What no campaign may reward, whoever wrote it: the rules that are checked when it is saved and when it decides."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from siyu.sdk.campaign import CampaignType
from siyu.sdk.compliance import ActionKind, RewardRule
from siyu.sdk.core_facts import ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.effects import Effect, Emit, Grant, Hold, Reverse, Schedule
from siyu.sdk.model import CampaignConfig
from siyu.sdk.shop_effects import Issue
from siyu.sdk.terms import COMMISSION_LEVELS_MAX, CampaignTerms
from siyu.sdk.text import Text

AnyCampaignType = CampaignType[Any, Any]

COMMISSION = "commission"
# More rules than this are a mistake of the type.
REWARD_RULES_MAX = 64
MEMBER_JOINED = "member.joined"
WORD = re.compile(r"[A-Z]?[a-z0-9]+")
SHARING = frozenset({"share", "shared", "shares", "sharing", "forward", "forwarded", "repost", "reposted"})
BINDING = re.compile(r"\.bind$")


class Saved(NamedTuple):
    """What is about to be saved: the type, what it declares to reward with the configs of all arms, and the terms."""

    kind: AnyCampaignType
    rewards: Sequence[RewardRule]
    terms: CampaignTerms


class Rewardable(NamedTuple):
    """What a campaign's decisions may give: `allowed` units by fact type (None: any), and nothing for `never`.

    `causes` are the types of the facts that a timer or an emitted fact may follow from, by its name, where a reward
    comes by it.
    """

    allowed: frozenset[tuple[str, str]] | None
    never: frozenset[str]
    causes: Mapping[str, frozenset[str]] = MappingProxyType({})

    def permits(self, unit: str | None, fact_type: str) -> bool:
        """Whether a fact of the type may be rewarded with the unit; None: with a reward that has a name instead."""
        if fact_type in self.never:
            return False
        return self.allowed is None or unit is None or (unit, fact_type) in self.allowed

    def problem(self, effects: Iterable[Effect], fact_type: str) -> str | None:
        """Which of the effects must not follow a fact of the type, in a sentence; None where all may."""
        for effect in effects:
            if isinstance(effect, Grant | Hold | Issue):
                unit = None if isinstance(effect, Issue) else effect.unit
                if not self.permits(unit, fact_type):
                    why = "it is the act of sharing" if fact_type in self.never else "`rewards` does not declare it"
                    return f"{unit or 'a reward'} must not be given for {fact_type}: {why}"
            elif isinstance(effect, Emit | Schedule) and fact_type not in self.causes.get(effect.type, (fact_type,)):
                return f"{effect.type} must not follow from {fact_type}: rewards come by it, and for something else"
        return None


class Breach(NamedTuple):
    """A rule that a campaign would break: its name, which is the code of the refusal, and what is wrong."""

    rule: str
    text: Text


def breaches(kind: AnyCampaignType, configs: Sequence[CampaignConfig], terms: CampaignTerms) -> list[Breach]:
    """Every rule that the campaign would break; what its type declares is called with the config of each arm."""
    saved = Saved(kind, declared_rewards(kind, configs), terms)
    return [Breach(name, text) for name, rule in RULES.items() for text in rule(saved)]


def rewardable(kind: AnyCampaignType, configs: Sequence[CampaignConfig]) -> Rewardable | None:
    """What the campaign's decisions may give; None where every declared effect is fine for every fact."""
    never = frozenset(fact for fact in _heard(kind) if is_sharing(kind, fact))
    if kind.rewards is None:
        return Rewardable(None, never) if never else None
    rules = declared_rewards(kind, configs)
    return Rewardable(frozenset((rule.unit, rule.facts[-1]) for rule in rules), never, _causes(kind, rules))


def may_give(kind: AnyCampaignType, unit: str) -> bool:
    """Whether the type may give the unit at all: commission takes a declaration."""
    return unit != COMMISSION or kind.rewards is not None


def declared_rewards(kind: AnyCampaignType, configs: Sequence[CampaignConfig]) -> list[RewardRule]:
    """What the type declares to reward, without repetitions; at most REWARD_RULES_MAX for a config."""
    if kind.rewards is None:
        return []
    declared = [islice(kind.rewards(config), REWARD_RULES_MAX) for config in configs]
    return list(dict.fromkeys(chain.from_iterable(declared)))


def is_sharing(kind: AnyCampaignType, fact_type: str) -> bool:
    """Whether such a fact is the act of sharing, by the action's kind or by its honest name."""
    named = any(word.lower() in SHARING for word in WORD.findall(fact_type))
    return named or fact_type in _actions(kind, ActionKind.SHARE)


def _heard(kind: AnyCampaignType) -> Iterable[str]:
    return kind.listens | kind.settles | kind.own_facts()


def _actions(kind: AnyCampaignType, action_kind: ActionKind) -> set[str]:
    return {kind.fact_type(action) for action in kind.actions if action.kind is action_kind}


def _followers(kind: AnyCampaignType) -> Mapping[str, str]:
    """The timers and emitted facts of the type, by what their facts are called."""
    return {kind.own_fact(name): name for name in (*kind.timers, *kind.emits)}


def _causes(kind: AnyCampaignType, rules: Iterable[RewardRule]) -> Mapping[str, frozenset[str]]:
    followers, causes = _followers(kind), defaultdict[str, set[str]](set)
    for rule in rules:
        for before, fact in pairwise(rule.facts):
            if fact in followers:
                causes[followers[fact]] |= {before, fact}
    return {name: frozenset(facts) for name, facts in causes.items()}


def _commissions(saved: Saved) -> list[RewardRule]:
    return [rule for rule in saved.rewards if rule.unit == COMMISSION]


def _levels(saved: Saved) -> Iterator[Text]:
    most = min(saved.terms.commission_levels, COMMISSION_LEVELS_MAX)
    for rule in _commissions(saved):
        if not 1 <= rule.level <= most:
            yield Text(
                zh=f"佣金层级 {rule.level} 超出允许的 {most} 级",
                en=f"commission of level {rule.level}, but at most {most} are allowed",
            )


def _only_on_paid_orders(saved: Saved) -> Iterator[Text]:
    for rule in _commissions(saved):
        if rule.fact != ORDER_PAID:
            yield Text(
                zh=f"佣金只能按已支付订单计，不能按 {rule.fact}",
                en=f"commission is for paid orders, not for {rule.fact}",
            )
        for fact in rule.through:
            if fact not in _followers(saved.kind):
                yield Text(
                    zh=f"{fact} 不是活动自己的后续事件，不能据此发放佣金",
                    en=f"commission cannot come by {fact}: it is no timer or emitted fact of the campaign",
                )


def _taken_back(saved: Saved) -> Iterator[Text]:
    if _commissions(saved) and (ORDER_REFUNDED not in saved.kind.settles or Reverse not in saved.kind.effects):
        yield Text(
            zh="发放佣金的活动必须在退款时追回", en="a campaign that pays commission must take it back for refunds"
        )


def _never_for_recruiting(saved: Saved) -> Iterator[Text]:
    recruiting = _actions(saved.kind, ActionKind.RECRUIT)
    for fact in chain.from_iterable(rule.facts for rule in _commissions(saved)):
        if fact in recruiting or fact == MEMBER_JOINED or BINDING.search(fact):
            yield Text(zh=f"不得为拉人（{fact}）发放佣金", en=f"no commission for recruiting ({fact})")


def _never_for_sharing(saved: Saved) -> Iterator[Text]:
    for fact in dict.fromkeys(chain.from_iterable(rule.facts for rule in saved.rewards)):
        if is_sharing(saved.kind, fact):
            yield Text(zh=f"不得为分享行为（{fact}）发放奖励", en=f"no reward for the act of sharing ({fact})")


RULES: Mapping[str, Callable[[Saved], Iterator[Text]]] = {
    "COMMISSION_LEVELS": _levels,
    "COMMISSION_ONLY_ON_PAID_ORDERS": _only_on_paid_orders,
    "COMMISSION_IS_TAKEN_BACK": _taken_back,
    "NO_REWARD_FOR_RECRUITING": _never_for_recruiting,
    "NO_REWARD_FOR_SHARING": _never_for_sharing,
}
