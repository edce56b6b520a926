"""What the core itself tells members, in both languages."""

from collections.abc import Mapping

from siyu.sdk import Text

VALUE_EXPIRING = "value_expiring"
TIER_ENDING = "tier_ending"
# The same where the ladder says what to do about it.
TIER_TASK = "tier_task"

CORE_MESSAGES: Mapping[str, Text] = {
    VALUE_EXPIRING: Text(
        zh="您有 {amount} {unit_zh}将在 {last_day} 后过期", en="{amount} of your {unit_en} expire after {last_day}"
    ),
    TIER_ENDING: Text(zh="您的{tier_zh}会员等级将在 {last_day} 后到期", en="Your {tier_en} tier ends after {last_day}"),
    TIER_TASK: Text(
        zh="您的{tier_zh}会员等级将在 {last_day} 后到期。{task_zh}",
        en="Your {tier_en} tier ends after {last_day}. {task_en}",
    ),
}
