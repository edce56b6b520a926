"""The hash of a draw's seed: anybody may know it, from the start, and nothing else of it."""

import hashlib
import hmac

import pytest

from schema.ids import CAMPAIGN, encode_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, Shop, as_member

DRAW = "query Draw($id: ID!, $name: String!) { campaign(id: $id) { draw(name: $name) { name seedHash } } }"


async def test_everybody_is_shown_the_hash_of_any_draw(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "flash_sale", draw_secret=b"secret")
    other = await add_campaign(shop.pool, "flash_sale")
    asked = {"id": encode_id(CAMPAIGN, campaign), "name": "lottery:mug:2026-11-22"}
    seed = hmac.digest(b"secret", asked["name"].encode(), "sha256")

    answers = [await shop.answer(who, DRAW, asked) for who in (as_member(member), OPERATOR)]
    differing = [
        await shop.answer(OPERATOR, DRAW, asked | change)
        for change in ({"id": encode_id(CAMPAIGN, other)}, {"name": "lottery:hat:2026-11-22"})
    ]

    expected = {"name": asked["name"], "seedHash": hashlib.sha256(seed).hexdigest()}
    assert answers == [{"data": {"campaign": {"draw": expected}}}] * 2
    assert expected["seedHash"] not in str(differing)


@pytest.mark.parametrize("name", ["", "x" * 65, "a\0"])
async def test_a_draw_has_a_short_name(shop: Shop, name: str) -> None:
    campaign = await add_campaign(shop.pool, "flash_sale")

    answer = await shop.answer(OPERATOR, DRAW, {"id": encode_id(CAMPAIGN, campaign), "name": name})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_ARGUMENT"]
