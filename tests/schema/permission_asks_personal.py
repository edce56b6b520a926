"""How the permission matrix asks for personal data and erasures; see permission_asks.py."""

from collections.abc import Mapping

PERSONAL_MEMBER_FIELDS: Mapping[str, str] = {
    "erasedAt": "erasedAt",
    "erasureDueAt": "erasureDueAt",
    "erasureProblem": "erasureProblem",
    "phoneMasked": "phoneMasked",
    "realNameMasked": "realNameMasked",
}

# In this order: whoever is erased is not there any more.
PERSONAL_ASKS: Mapping[str, str] = {
    "Query.revelations": "{ revelations { edges { cursor } } }",
    "Mutation.memberUpdate#phone": """
        mutation { memberUpdate(input: {member: MEMBER_ID, phone: "13812345678"}) { userErrors { code } } }
    """,
    "Mutation.memberUpdate#realName": """
        mutation { memberUpdate(input: {member: MEMBER_ID, realName: "Ann"}) { userErrors { code } } }
    """,
    "Mutation.memberReveal": """
        mutation {
          memberReveal(input: {member: MEMBER_ID, fields: [PHONE], reason: "a parcel is back"}) { userErrors { code } }
        }
    """,
    "Mutation.erasureRequest": "mutation { erasureRequest(input: {member: MEMBER_ID}) { userErrors { code } } }",
    "Mutation.erasureCancel": "mutation { erasureCancel(input: {member: MEMBER_ID}) { userErrors { code } } }",
    "Mutation.memberErase": """
        mutation {
          memberErase(input: {member: MEMBER_ID, reason: "x", idempotencyKey: "12345678"}) { userErrors { code } }
        }
    """,
}
