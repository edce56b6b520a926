"""How the permission matrix asks for the audit log, consents, attributes and all that is held about a member."""

from collections.abc import Mapping

SAID = 'member: MEMBER_ID, purposes: [MARKETING], policy: "2026-1"'

AUDIT_MEMBER_FIELDS: Mapping[str, str] = {
    "attributes": "attributes { key }",
    "consentHistory": "consentHistory { nodes { purpose } }",
    "consents": "consents { purpose }",
    "timeline": "timeline { nodes { at } }",
}


def changed(name: str, fields: str) -> str:
    """A mutation of the core."""
    return f"mutation {{ {name}(input: {{{fields}}}) {{ userErrors {{ code }} }} }}"


AUDIT_ASKS: Mapping[str, str] = {
    "Query.auditLog": "{ auditLog { edges { cursor } } }",
    "Query.memberDossier": '{ memberDossier(member: MEMBER_ID, reason: "x") { cut } }',
    "Mutation.consentGive": changed("consentGive", f"{SAID}, source: PAPER"),
    "Mutation.consentGive#own": changed("consentGive", 'purposes: [MARKETING], policy: "2026-1"'),
    "Mutation.consentWithdraw": changed("consentWithdraw", f"{SAID}, source: PAPER"),
    "Mutation.memberAttributesSet": changed(
        "memberAttributesSet", 'member: MEMBER_ID, attributes: [{key: "size", value: "L"}]'
    ),
}
