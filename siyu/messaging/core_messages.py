"""What the core itself tells members, in both languages."""

from collections.abc import Mapping

from siyu.sdk import Text

VALUE_EXPIRING = "value_expiring"

CORE_MESSAGES: Mapping[str, Text] = {
    VALUE_EXPIRING: Text(
        zh="您有 {amount} {unit_zh}将在 {last_day} 后过期", en="{amount} of your {unit_en} expire after {last_day}"
    ),
}
