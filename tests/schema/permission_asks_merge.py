"""How the permission matrix asks for identities and merges."""

from collections.abc import Mapping

MERGING_MEMBER_FIELDS: Mapping[str, str] = {
    "identities": "identities { kind }",
    "merges": "merges { edges { cursor } }",
}
CHANGED = "mutation { %s(input: {%s}) { userErrors { code } } }"
KEY = 'reason: "x", idempotencyKey: "12345678"'
# Of nobody: a merge could happen once.
NOBODY = 'member: PAYOUT_ID, kind: "openid", value: "x"'

MERGE_ASKS: Mapping[str, str] = {
    "Query.memberMergePreview": "{ memberMergePreview(survivor: MEMBER_ID, merged: MEMBER_ID) { moves { what } } }",
    "Mutation.memberMerge": CHANGED % ("memberMerge", f"survivor: MEMBER_ID, merged: PAYOUT_ID, {KEY}"),
    "Mutation.memberMergeUndo": CHANGED % ("memberMergeUndo", f"merge: PAYOUT_ID, {KEY}"),
    "Mutation.identityAdd": CHANGED % ("identityAdd", NOBODY),
    "Mutation.identityRemove": CHANGED % ("identityRemove", NOBODY),
    "Mutation.identityBind": CHANGED
    % ("identityBind", 'known: {kind: "x", value: "x"}, also: {kind: "x", value: "x"}'),
}
