"""What is asked of the fields about chats and the boards of groups, as `permission_asks` has it."""

from collections.abc import Mapping

TALK_ASKS: Mapping[str, str] = {
    "Mutation.factsSubmit": (
        'mutation { factsSubmit(input: {facts: [{type: "link.clicked", member: MEMBER_ID, '
        'occurredAt: "2026-11-21T03:00:00Z", data: {url: "https://a.example"}, idempotencyKey: "click-01"}]}) '
        "{ userErrors { code } } }"
    ),
}
