"""What the audit log does not keep: phone numbers wherever they stand, and JSON under the name of a secret."""

import re
from typing import Any

from siyu.inputs import PHONE_NUMBER

HIDDEN = "•"
# In JSON, whose types nobody knows; without _ and in small letters.
HIDDEN_KEYS = frozenset({"phone", "mobile", "realname", "idcard", "password", "secret", "token"})
TEXT_LENGTH_MAX = 1_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def cleaned(value: Any) -> Any:
    """JSON of any shape as the log may keep it; long texts are cut."""
    if isinstance(value, str):
        text = PHONE_NUMBER.sub(HIDDEN, UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value))
        return text if len(text) <= TEXT_LENGTH_MAX else f"{text[:TEXT_LENGTH_MAX]}…"
    if isinstance(value, dict):
        return {
            cleaned(str(key)): HIDDEN if str(key).casefold().replace("_", "") in HIDDEN_KEYS else cleaned(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [cleaned(each) for each in value]
    # In JSON a number of a phone may stand as a number.
    is_phone = isinstance(value, int | float) and PHONE_NUMBER.fullmatch(f"{value:.0f}")
    return HIDDEN if is_phone else value
