"""Personal data over GraphQL: who sets, finds and sees it, and what wrong input is told."""

from typing import Any
from uuid import UUID

import pytest

from schema.ids import MEMBER, decode_uuid, encode_id
from siyu.members.service import member_known_by, update_profile
from siyu.privacy import PersonalField
from siyu.privacy.store import PersonalChanges
from tests.factories import LONG_AGO, add_members
from tests.schema.conftest import ADMIN, NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import counting

NUMBER, NAME = "13812345678", "张小红"
UPDATE = """
mutation ($member: ID, $phone: PersonalText, $name: PersonalText) {
  memberUpdate(input: { member: $member, phone: $phone, realName: $name }) {
    member { phoneMasked realNameMasked } userErrors { field code message }
  }
}
"""
ERASE = """
mutation ($member: ID!, $key: String!) {
  memberErase(input: { member: $member, reason: "a letter", idempotencyKey: $key }) {
    member { id nickname erasedAt phoneMasked } decision { id } userErrors { code }
  }
}
"""
PAGE = "query ($first: Int) { members(first: $first) { nodes { phoneMasked realNameMasked erasureDueAt } } }"


async def update(shop: Shop, principal: Any, **variables: object) -> dict[str, Any]:
    """The payload of a change."""
    found: dict[str, Any] = (await shop.data(principal, UPDATE, **variables))["memberUpdate"]
    return found


async def test_staff_set_phones_and_members_their_names(shop: Shop) -> None:
    member, other = await add_members(shop.pool, 2)
    shown = encode_id(MEMBER, member)

    assert (await update(shop, OPERATOR, member=shown, phone=NUMBER, name=NAME))["member"] == {
        "phoneMasked": "138****5678",
        "realNameMasked": "张**",
    }
    assert (await shop.error_codes(as_member(member), UPDATE, phone=NUMBER)) == ["FORBIDDEN"]
    own = "mutation ($name: PersonalText) { memberUpdate(input: { realName: $name }) { userErrors { code } } }"
    await shop.data(as_member(member), own, name="李四")
    viewer = await shop.data(as_member(member), "{ viewer { ... on MemberViewer { personal { phone realName } } } }")
    assert viewer["viewer"]["personal"] == {"phone": f"+86{NUMBER}", "realName": "李四"}
    taken = await update(shop, SERVICE, member=encode_id(MEMBER, other), phone=NUMBER)
    assert taken["userErrors"][0]["code"] == "PHONE_TAKEN"


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "+0123456789"}, "phone"),
        ({"name": "\u0001x"}, "realName"),
        ({"name": " "}, "realName"),
    ],
    ids=range(4),
)
async def test_what_is_wrong_is_told_at_its_field_and_changes_nothing(
    shop: Shop, variables: dict[str, str], field: str
) -> None:
    [member] = await add_members(shop.pool, 1)
    [error] = (await update(shop, OPERATOR, member=encode_id(MEMBER, member), **variables))["userErrors"]

    assert (error["field"], error["code"]) == (["input", field], "INVALID_INPUT")
    assert not any(value.strip() and value in error["message"] for value in variables.values())
    assert await shop.pool.fetchval("SELECT count(*) FROM personal") == 0


async def test_members_are_found_by_number_and_name(shop: Shop) -> None:
    member = await member_known_by(shop.pool, "phone", NUMBER, LONG_AGO, shop.vault)
    await add_members(shop.pool, 3)
    await update(shop, OPERATOR, member=encode_id(MEMBER, member), name=NAME)
    find = "query ($f: MemberFilter) { members(filter: $f) { nodes { id } } }"

    for found in ({"phone": "+86 138-1234-5678"}, {"realName": NAME}, {"phone": NUMBER, "realName": NAME}):
        nodes = (await shop.data(SERVICE, find, f=found))["members"]["nodes"]
        assert [decode_uuid(MEMBER, node["id"]) for node in nodes] == [member]
    for missed in ({"phone": "13900000000"}, {"realName": "张"}, {"phone": NUMBER, "realName": "李四"}):
        assert (await shop.data(OPERATOR, find, f=missed))["members"]["nodes"] == []
    assert len((await shop.data(OPERATOR, find, f={}))["members"]["nodes"]) == 4
    assert await shop.error_codes(OPERATOR, find, f={"phone": "12"}) == ["INVALID_ARGUMENT"]
    identity = '{ member(identity: { kind: "phone", value: "12" }) { id } }'
    assert await shop.error_codes(OPERATOR, identity) == ["INVALID_ARGUMENT"]


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    for place, member in enumerate(await add_members(shop.pool, 50)):
        changes = PersonalChanges(
            shop.vault, {PersonalField.PHONE: f"138{place:08}", PersonalField.REAL_NAME: f"张{place}"}
        )
        await update_profile(shop.pool, member, {}, None, changes)

    async with counting(database_url) as (pool, statements):
        shop.pool, counted = pool, []
        for first in (2, 1, 50):
            statements.clear()
            page = (await shop.data(OPERATOR, PAGE, first=first))["members"]["nodes"]
            assert len(page) == first
            assert all(node["phoneMasked"].startswith("138****") for node in page)
            counted.append(len(statements))

    # The first one, for which the driver looks types up, counts more.
    assert counted[1] == counted[2]


async def test_revelations_are_kept_and_bounded(shop: Shop) -> None:
    member = await member_known_by(shop.pool, "phone", NUMBER, LONG_AGO, shop.vault)
    reveal = """
    mutation ($member: ID!, $reason: String!) {
      memberReveal(input: { member: $member, fields: [PHONE], reason: $reason }) {
        personal { phone realName } userErrors { field code }
      }
    }
    """
    shown = encode_id(MEMBER, member)
    told = (await shop.data(OPERATOR, reveal, member=shown, reason=f"parcel of {NUMBER}"))["memberReveal"]
    assert told == {"personal": {"phone": f"+86{NUMBER}", "realName": None}, "userErrors": []}
    short = (await shop.data(OPERATOR, reveal, member=shown, reason="short"))["memberReveal"]["userErrors"]
    assert short == [{"field": ["input", "reason"], "code": "INVALID_INPUT"}]
    rows = "{ revelations { nodes { revealedBy fields reason member { id } } } }"
    assert (await shop.data(ADMIN, rows))["revelations"]["nodes"] == [
        {"revealedBy": "operator/lin", "fields": ["PHONE"], "reason": "parcel of •", "member": {"id": shown}}
    ]


async def test_an_admin_erases_once_and_a_member_after_a_while(shop: Shop) -> None:
    member = await member_known_by(shop.pool, "phone", NUMBER, LONG_AGO, shop.vault)
    shown = encode_id(MEMBER, member)
    asked = "mutation { erasureRequest(input: {}) { member { erasureDueAt } userErrors { code } } }"
    due = (await shop.data(as_member(member), asked))["erasureRequest"]["member"]["erasureDueAt"]
    assert due == "2026-12-06T04:00:00Z"

    first, again = [
        (await shop.data(ADMIN, ERASE, member=shown, key=key))["memberErase"] for key in ("12345678", "87654321")
    ]

    gone = {"id": shown, "nickname": None, "erasedAt": "2026-11-21T04:00:00Z", "phoneMasked": None}
    assert first["member"] == again["member"] == gone
    assert first["decision"] is not None
    assert again["decision"] is None
    assert (await shop.data(OPERATOR, PAGE, first=10))["members"]["nodes"] == []
    missing = await shop.data(ADMIN, ERASE, member=encode_id(MEMBER, UUID(int=7)), key="12345679")
    assert missing["memberErase"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert shop.now == NOON
