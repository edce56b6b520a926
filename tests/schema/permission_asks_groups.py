"""How the permission matrix asks for what is read and changed of groups."""

from collections.abc import Mapping

OF_GROUP = "{ node(id: GROUP_ID) { ... on Group { %s } } }"
KEY = 'idempotencyKey: "12345678"'
CHANGED = "mutation { %s(input: {%s}) { userErrors { code } } }"

GROUP_ASKS: Mapping[str, str] = {
    "Query.group": "{ group(id: GROUP_ID) { id } }",
    "Query.groups": "{ groups { edges { cursor } } }",
    "Query.node#Group": "{ node(id: GROUP_ID) { id } }",
    "Group.health": OF_GROUP % "health { verdict }",
    "Group.kocCandidates": OF_GROUP % "kocCandidates { edges { cursor } }",
    "Group.leftMembers": OF_GROUP % "leftMembers { edges { cursor } }",
    "Group.members": OF_GROUP % "members { edges { cursor } }",
    "Group.silentMembers": OF_GROUP % "silentMembers { edges { cursor } }",
    "Mutation.groupCreate": CHANGED % ("groupCreate", 'key: "wine", name: "Wine", positioning: HONOUR'),
    "Mutation.groupUpdate": CHANGED % ("groupUpdate", 'group: GROUP_ID, revision: 1, name: "Tea"'),
    # Of something else: a group could be archived once.
    "Mutation.groupArchive": CHANGED % ("groupArchive", "group: PAYOUT_ID"),
    "Mutation.groupJoin": CHANGED % ("groupJoin", "group: GROUP_ID, member: MEMBER_ID, " + KEY),
    "Mutation.groupLeave": CHANGED % ("groupLeave", "group: PAYOUT_ID, member: MEMBER_ID, " + KEY),
    "Mutation.groupMemberSet": CHANGED % ("groupMemberSet", "group: GROUP_ID, member: MEMBER_ID, role: KOC"),
}
