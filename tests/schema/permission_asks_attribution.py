"""How the permission matrix asks for touches, channels, figures of campaigns and experiments."""

from collections.abc import Mapping

ATTRIBUTION_MEMBER_FIELDS: Mapping[str, str] = {
    "arrivalChanges": "arrivalChanges { channel }",
    "arrivedAt": "arrivedAt",
    "channel": "channel",
    "device": "device",
    "invitationTree": "invitationTree { depth }",
    "touches": "touches { edges { cursor } }",
}

ATTRIBUTION_ASKS: Mapping[str, str] = {
    "Campaign.experiment": "{ node(id: CAMPAIGN_ID) { ... on Campaign { experiment { control } } } }",
    "Query.campaignComparison": "{ campaignComparison(campaigns: [CAMPAIGN_ID]) { reached } }",
    "Query.channelRules": "{ channelRules { revision } }",
    "Query.valueCosts": "{ valueCosts { key } }",
    "Mutation.touchReport": (
        'mutation { touchReport(input: {scene: 1047, idempotencyKey: "12345678"}) { userErrors { code } } }'
    ),
    "Mutation.channelRuleSet": (
        'mutation { channelRuleSet(input: {revision: 0, rules: [{channel: "group", utmSource: "x"}]}) '
        "{ userErrors { code } } }"
    ),
    "Mutation.valueCostSet": (
        'mutation { valueCostSet(input: {kind: UNIT, key: "points", fenPerThousand: "900"}) { userErrors { code } } }'
    ),
}
