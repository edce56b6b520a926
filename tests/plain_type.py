"""A campaign type that tests add to what they are about."""

from dataclasses import replace

from plugins.check_in.campaign import CHECK_IN
from siyu.sdk import Grant, Once, Refuse, SetState, Spend

# The check-in without what else a type can declare: it has actions and refusals.
PLAIN_TYPE = replace(
    CHECK_IN,
    effects=frozenset({Grant, Once, Refuse, SetState, Spend}),
    effects_of=None,
    messages={},
    reviews={},
    timers={},
    team=None,
    describe_team=None,
    fields=(),
    state_version=1,
)
