"""Stories of value in which the rules meet, told turn by turn; lin has 8 points from elsewhere, zhao 40."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from siyu.sdk import Grant, Hold, Issue, Notify, Reserve, Revoke, Settle, Spend
from tests.siyu.sdk.scripted import After, Back, LookAtValue, Script
from tests.siyu.sdk.scripts import Turn

A, B = "CROWD-1", "CROWD-2"
LATE_DAYS = 3
POOR, TAKEN = "NO", "TOO_LATE"


def grant(amount: int, reference: str | None = A) -> Grant:
    """A grant for an order."""
    return Grant("points", amount, reference)


def spend(amount: int, reference: str | None = A) -> Spend:
    """A spend on an order."""
    return Spend("points", amount, POOR, reference)


def hold(amount: int, key: str = "a", reference: str | None = A) -> Hold:
    """A hold for an order."""
    return Hold("points", amount, key, TAKEN, reference)


def issue(key: str = "a") -> Issue:
    """A mug."""
    return Issue("mug", key, TAKEN)


def look(of: str, reference: str | None = A, key: str = "a") -> LookAtValue:
    """What the view tells."""
    return LookAtValue("points", key, reference, of)


def lins(*scripts: Script, reference: str | None = A) -> list[Turn]:
    """Turns of lin, told at once, about one order."""
    return [("lin", script, reference, 0) for script in scripts]


STORIES: Mapping[str, Sequence[Turn]] = {
    "all is spent": lins([spend(8)], [spend(1)]),
    "one more than there is": lins([spend(9)]),
    "two are borne together": lins([spend(5), spend(3)]),
    "two are too much together": lins([spend(5), spend(4)], [spend(8)]),
    "a grant does not pay": lins([grant(5), spend(9)], [grant(5)], [spend(13)]),
    "what is taken back before is gone": lins([grant(5)], [Back(5, "grant"), spend(9)], [spend(13)]),
    "what is taken back afterwards is not": lins([grant(5)], [spend(13), Back(5, "grant")]),
    "more is asked back than there is": lins([Back(300, "grant"), spend(1)], [Back(300, "grant")], [spend(8)]),
    "what is given back does not pay": lins([spend(5)], [Back(5, "spend"), spend(4)], [Back(5, "spend")], [spend(8)]),
    "what is given back is not taken first": lins([spend(5)], [Back(300, "spend"), spend(3)]),
    "a spend is given back in parts": lins([spend(5)], [Back(2, "spend")], [Back(300, "spend")], [Back(1, "spend")]),
    "a spend is given back to who has nothing": lins([spend(8)], [Back(8, "spend")]),
    "two spends are given back": lins([spend(5), spend(3)], [Back(6, "spend"), look("spend")], [Back(6, "spend")]),
    "a spend for nothing in particular stays": lins([spend(5, None)], [Back(5, "spend")]),
    "a spend of another order stays": lins([spend(5, B)], [Back(5, "spend")]),
    "a spend is no grant": lins([spend(5)], [Back(5, "grant")], [look("grant")], [look("spend")]),
    "a grant is no spend": lins([grant(5)], [Back(5, "spend")], [look("spend")], [look("grant")]),
    "no more is taken back than there is": lins([grant(5)], [spend(10)], [Back(5, "grant")], [look("grant")]),
    "another's spend stays": [*lins([spend(5)]), ("zhao", [Back(5, "spend"), look("spend")], A, 0)],
    "the first spend dates them": [*lins([spend(1)]), ("lin", [spend(2)], A, LATE_DAYS), *lins([look("spend")])],
    "a hold is nobody's yet": lins([hold(5)], [spend(9)], [look("grant")]),
    "a hold is kept from when its fact was": [("lin", [hold(5)], A, LATE_DAYS), *lins([look("grant")])],
    "a hold is granted whole": lins([hold(5)], [Settle("a")], [spend(13)], [look("grant")]),
    "a hold is granted in part": lins([hold(5)], [Settle("a", 2)], [Settle("a", 3)], [spend(11)]),
    "no more is granted than was held": lins([hold(5)], [Settle("a", 300)], [spend(14)], [spend(13)]),
    "a hold is dropped": lins([hold(5)], [Settle("a", 0)], [look("grant")], [spend(9)]),
    "a hold is settled in its own decision": lins([hold(5), Settle("a")], [hold(1)]),
    "what was not held is not granted": lins([Settle("a"), hold(5)], [Settle("b")]),
    "what was held can be taken back": lins([hold(5)], [Settle("a")], [Back(300, "grant")], [Settle("a")]),
    "what was held for nothing in particular cannot": lins([hold(5, "a", None)], [Settle("a")], [Back(5, "grant")]),
    "a key holds once": lins([hold(5), hold(5)], [hold(5)], [Settle("a", 0)], [hold(5)]),
    "another's key is another": [*lins([hold(5)]), ("zhao", [hold(5)], A, 0), ("zhao", [Settle("a")], A, 0)],
    "a key of a hold is none of a reward": lins([hold(5), issue()], [Settle("a"), Revoke("a")]),
    "a key is given once": lins([issue(), issue()], [issue()], [Revoke("a")], [issue()]),
    "a reward is revoked before it is given": lins([Revoke("a"), issue()], [Revoke("a"), Revoke("a")]),
    "spends are asked before keys": lins([issue(), hold(1)], [issue(), hold(1), spend(9)]),
    "keys are asked in the order of effects": lins([issue("b")], [hold(1), issue("b"), hold(1)]),
    "counters are asked before spends": lins([spend(9), Reserve("all", 6, TAKEN)]),
    "under no reference nothing is read": lins([look("grant", None)], [look("spend", None)], reference=None),
    "messages are left in order": lins(
        [Notify("ready", {"count": 3}), Notify("ready", {"count": ""})], [Notify("ready", {"count": "三"})]
    ),
    "a timer that fires late dates what it does by when it was due": [
        ("lin", [After("t", timedelta(days=1), "tick", {"turn": 1})], A, LATE_DAYS),
        *lins([hold(5), grant(5), spend(5)], [look("grant")], [look("spend")]),
    ],
    "of a refused decision nothing happens": lins(
        [spend(1), hold(1), issue(), Notify("ready", {"count": 1}), spend(8)], [hold(1), issue()]
    ),
}
