"""How the permission matrix asks for the audit log, consents, attributes and all that is held about a member."""

from collections.abc import Mapping

AUDIT_ASKS: Mapping[str, str] = {
    "Query.auditLog": "{ auditLog { edges { cursor } } }",
}
