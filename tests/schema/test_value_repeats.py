"""Every mutation of value asked twice: the second answer is the first one, and not one row of the database changes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schema import Principal, Role
from schema.ids import MEMBER, encode_id
from siyu.db import Pool
from tests.factories import add_members
from tests.schema.conftest import ADMIN, CLERK, OPERATOR, SERVICE, Shop, as_member
from tests.schema.permission_rows import fields_of

SECOND = Principal(Role.OPERATOR, subject="wang")
OF_VALUE = re.compile(r"wallet|payout|memberFreeze|memberUnfreeze|memberTier|reward|redemption|coupon|tier|unit")
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
KEY = "idempotencyKey"


@dataclass
class Repeats:
    """A shop whose mutations are all asked twice, and the names of those that were."""

    shop: Shop
    asked: set[str] = field(default_factory=set)
    keys: int = 0

    async def ask(self, who: Principal, name: str, shown: str, given: dict[str, Any]) -> dict[str, Any]:
        """What a mutation answers."""
        mutations = self.shop.schema._schema.mutation_type
        assert mutations is not None
        kind = mutations.fields[name].args["input"].type
        document = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ {shown} userErrors {{ code message }} }} }}"
        payload: dict[str, Any] = (await self.shop.data(who, document, input=given))[name]
        return payload

    async def twice(
        self, who: Principal, name: str, shown: str, other: dict[str, Any] | None = None, **given: Any
    ) -> dict[str, Any]:
        """What a mutation answers both times. Where it takes a key, that of it with `other` words is refused."""
        self.asked.add(name)
        self.keys += 1
        if other is not None:
            given[KEY] = f"key-{self.keys:08}"
        pool = self.shop.pool
        untouched = await rows(pool)
        first = await self.ask(who, name, shown, given)
        changed = await rows(pool)
        again = await self.ask(who, name, shown, given)

        assert (first["userErrors"], changed != untouched) == ([], True), f"{name}: {first}"
        assert (again, await rows(pool)) == (first, changed), name
        if other is not None:
            refused = await self.ask(who, name, shown, given | other)
            assert [error["code"] for error in refused["userErrors"]] == ["IDEMPOTENCY_CONFLICT"], name
            assert await rows(pool) == changed, name
        return first


async def rows(pool: Pool) -> Sequence[tuple[str, str | None]]:
    """What each table of the database holds."""
    tables = [row[0] for row in await pool.fetch(TABLES)]
    hashes = (f"SELECT '{each}', md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{each}\" t" for each in tables)
    return [(row[0], row[1]) for row in await pool.fetch(f"{' UNION ALL '.join(hashes)} ORDER BY 1")]


async def test_every_mutation_of_value_is_safe_to_repeat(shop: Shop) -> None:
    repeats, [member_id] = Repeats(shop), await add_members(shop.pool, 1)
    member, owner = as_member(member_id), {"member": encode_id(MEMBER, member_id)}

    await units_and_tiers(repeats, owner)
    await adjustments(repeats, owner)
    await tills(repeats, owner)
    await payouts(repeats, member)
    await catalogue(repeats)
    await redemptions(repeats, member)
    template = await templates(repeats)
    await coupons(repeats, member, owner, template)
    await ends(repeats, owner)

    assert repeats.asked == {each for each in fields_of(shop.schema, "Mutation") if OF_VALUE.match(each)}


async def units_and_tiers(shop: Repeats, owner: dict[str, str]) -> None:
    """What the shop says of units and tiers."""
    await shop.twice(ADMIN, "unitCreate", "unit { unit title }", key="GEMS", titleZh="宝石", titleEn="Gems")
    policy = {"months": 12, "until": "MONTH"}
    await shop.twice(
        ADMIN, "unitUpdate", "unit { unit warningDays }", unit="POINTS", expiry=policy, warningDays=30, shortfall="DEBT"
    )
    await shop.twice(OPERATOR, "tierLadderSet", "ladder { revision }", preset="community")
    gold = {"tier": "gold", "note": "a journalist"}
    await shop.twice(OPERATOR, "memberTierSet", "member { tier }", {"tier": "silver"}, **owner, **gold)


async def adjustments(shop: Repeats, owner: dict[str, str]) -> None:
    """A great gift of each unit that the member needs later."""
    shown = "adjustment { id state } wallet { balance }"
    for unit in ("POINTS", "COMMISSION"):
        gift = {"unit": unit, "amount": "50000", "reason": "a gift"}
        made = await shop.twice(OPERATOR, "walletAdjust", shown, {"amount": "50001"}, **owner, **gift)
        said = {"adjustment": made["adjustment"]["id"], "approved": True, "note": "yes"}
        await shop.twice(SECOND, "walletAdjustDecide", shown, {"approved": False}, **said)


async def tills(shop: Repeats, owner: dict[str, str]) -> None:
    """What is spent, returned and held."""
    value = {**owner, "unit": "POINTS", "amount": "100"}
    more, wallet = {"amount": "101"}, "wallet { balance reserved } decision { id }"
    await shop.twice(CLERK, "walletSpend", wallet, more, **value, reference="R-1")
    await shop.twice(SERVICE, "walletReturn", wallet, more, **value | {"amount": "40"}, reference="R-1")
    held = [
        (await shop.twice(CLERK, "walletHold", f"hold {{ id }} {wallet}", more, **value, reference=each))["hold"]["id"]
        for each in ("H-1", "H-2")
    ]
    shown = f"hold {{ state posted }} {wallet}"
    await shop.twice(CLERK, "walletHoldPost", shown, {"amount": "61"}, hold=held[0], amount="60")
    await shop.twice(CLERK, "walletHoldVoid", shown, {"hold": held[0]}, hold=held[1])


async def payouts(shop: Repeats, member: Principal) -> None:
    """One that is paid, one that fails, one that is rejected."""
    shown = "payout { id state reference note } decision { id }"
    paid, failed, rejected = [
        (await shop.twice(member, "payoutRequest", shown, {"amountFen": "2000"}, amountFen="1000"))["payout"]["id"]
        for _ in range(3)
    ]
    for payout, another in ((paid, failed), (failed, paid)):
        await shop.twice(OPERATOR, "payoutApprove", shown, {"payout": another}, payout=payout)
    await shop.twice(OPERATOR, "payoutMarkPaid", shown, {"reference": "T-2"}, payout=paid, reference="T-1")
    await shop.twice(OPERATOR, "payoutMarkFailed", shown, {"note": "other"}, payout=failed, note="no account")
    await shop.twice(OPERATOR, "payoutReject", shown, {"note": "other"}, payout=rejected, note="who are you")


async def catalogue(shop: Repeats) -> None:
    """Rewards `mug` and `course`, on sale; `old`, which is not."""
    titles = {"titleZh": "权益", "titleEn": "Reward"}
    await shop.twice(
        OPERATOR, "rewardLibrarySave", "library { id key measure }", key="friends", measure="BUYERS", **titles
    )
    shown = "reward { id state revision stock pricePoints }"
    for key, price_fen in (("mug", 0), ("course", 900), ("old", 0)):
        said = {"key": key, "kind": "GOODS", "details": {}, "pricePoints": "10", "priceFen": price_fen, "stock": "9"}
        made = await shop.twice(OPERATOR, "rewardCreate", shown, **titles, **said)
        one = {"reward": made["reward"]["id"]}
        await shop.twice(OPERATOR, "rewardStockAdjust", shown, {"difference": "4"}, **one, difference="3")
        assert (await shop.ask(OPERATOR, "rewardCreate", shown, {**titles, **said}))["reward"]["stock"] == "12"
        await shop.twice(OPERATOR, "rewardPublish", shown, **one)
        await shop.twice(OPERATOR, "rewardUpdate", shown, **one, revision=2, pricePoints="20")
    await shop.twice(OPERATOR, "rewardWithdraw", shown, **one)


async def redemptions(shop: Repeats, member: Principal) -> None:
    """Two that are handed over, two that wait for their orders."""
    nodes = (await shop.shop.data(member, "{ rewards { nodes { id key } } }"))["rewards"]["nodes"]
    rewards = {node["key"]: node["id"] for node in nodes}
    shown = "redemption { id state code order } decision { id }"

    async def redeem(key: str) -> dict[str, Any]:
        another = {"reward": rewards["mug" if key == "course" else "course"]}
        made = await shop.twice(member, "rewardRedeem", shown, another, reward=rewards[key])
        return dict(made["redemption"])

    first, second = await redeem("mug"), await redeem("mug")
    await shop.twice(CLERK, "redemptionUse", shown, {"code": second["code"]}, code=first["code"])
    first, second = await redeem("course"), await redeem("course")
    confirmed = {"redemption": first["id"], "order": "A-1"}
    await shop.twice(SERVICE, "redemptionConfirm", shown, {"order": "A-2"}, **confirmed)
    await shop.twice(member, "redemptionCancel", shown, {"redemption": first["id"]}, redemption=second["id"])


async def templates(shop: Repeats) -> str:
    """A template `tea` with the code SPRING; its id."""
    shown = "template { id state title memberLimit issued }"
    terms = {
        "benefit": {"kind": "amount_off", "amount_fen": 100},
        "validity": {"kind": "from_receipt", "days": 7},
        "stacking": {"group": "tea"},
    }
    titles = {"titleZh": "券", "titleEn": "Coupon"}
    for key in ("old", "tea"):
        made = await shop.twice(OPERATOR, "couponTemplateCreate", shown, key=key, terms=terms, **titles)
        one = {"template": made["template"]["id"]}
        await shop.twice(OPERATOR, "couponTemplatePublish", shown, **one)
        if key == "old":
            await shop.twice(OPERATOR, "couponTemplateWithdraw", shown, **one)
    await shop.twice(OPERATOR, "couponTemplateUpdate", shown, **one, memberLimit=100)
    await shop.twice(OPERATOR, "couponCodeCreate", "code { code used }", **one, code="SPRING", usesMax=5)
    return str(one["template"])


async def coupons(shop: Repeats, member: Principal, owner: dict[str, str], template: str) -> None:
    """From issue to the end, online and in a store."""
    shown = "coupons { id code state orderNumber store } decision { id }"
    issued = [
        await shop.twice(OPERATOR, "couponIssue", shown, {"template": "old"}, **owner, template="tea") for _ in range(2)
    ]
    online, offline = (payload["coupons"][0] for payload in issued)
    claimed = (await shop.twice(member, "couponClaim", shown, {"code": "WINTER"}, code="SPRING"))["coupons"][0]
    lines = [{"product": "tea", "priceFen": 9_000}]

    async def lock(order: str) -> None:
        kept = {"coupons": [online["id"]], "lines": lines, "order": order}
        await shop.twice(SERVICE, "couponLock", shown, {"lockS": 31}, **owner, **kept, lockS=30)

    await lock("A-1")
    await shop.twice(SERVICE, "couponUnlock", shown, {"order": "A-2"}, **owner, order="A-1")
    await lock("A-2")
    await shop.twice(SERVICE, "couponUse", shown, {"order": "A-1"}, **owner, order="A-2")
    await shop.twice(SERVICE, "couponReturn", shown, {"order": "A-1"}, **owner, order="A-2")
    scanned = {"code": offline["code"], "store": "S-1"}
    await shop.twice(CLERK, "couponVerify", shown, {"store": "S-2"}, **scanned)
    await shop.twice(CLERK, "couponVerifyUndo", shown, {"store": "S-2"}, **scanned)
    await shop.twice(OPERATOR, "couponRevoke", shown, {"reason": "other"}, coupon=claimed["id"], reason="twice")


async def ends(shop: Repeats, owner: dict[str, str]) -> None:
    """What comes to a member's wallets at last."""
    why, other = {**owner, "reason": "a review"}, {"reason": "other"}
    frozen = "member { walletsFrozen } decision { id }"
    await shop.twice(OPERATOR, "memberFreeze", frozen, other, **why)
    await shop.twice(OPERATOR, "memberUnfreeze", frozen, other, **why)
    await shop.twice(ADMIN, "walletForfeit", "member { wallets { balance } } decision { id }", other, **why)
