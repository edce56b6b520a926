"""How the permission matrix asks for tags and the rules that give them."""

from collections.abc import Mapping

TAG_RULE = "tagRule: PAYOUT_ID"
CHANGED = "mutation {{ {name}(input: {{{fields}}}) {{ userErrors {{ code }} }} }}"

TAG_ASKS: Mapping[str, str] = {
    "Query.tags": "{ tags { edges { cursor } } }",
    "Query.tagRules": "{ tagRules { edges { cursor } } }",
    "Mutation.memberTag": CHANGED.format(name="memberTag", fields='member: MEMBER_ID, tags: ["tea"]'),
    "Mutation.memberUntag": CHANGED.format(name="memberUntag", fields='member: MEMBER_ID, tags: ["tea"]'),
    "Mutation.tagRuleCreate": CHANGED.format(name="tagRuleCreate", fields='tag: "ruled", rule: "true"'),
    # Of something else: a tag rule could be deleted once.
    "Mutation.tagRuleUpdate": CHANGED.format(name="tagRuleUpdate", fields=f'{TAG_RULE}, revision: 1, rule: "true"'),
    "Mutation.tagRuleDelete": CHANGED.format(name="tagRuleDelete", fields=TAG_RULE),
}
