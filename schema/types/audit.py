"""Entries of the audit log, as admins see them."""

import json
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.fields import field as described
from schema.ids import encode_id
from siyu.audit.queries import AuditOutcome, AuditRow

strawberry.enum(
    AuditOutcome,
    description="OK: done. REFUSED: the payload told userErrors. FAILED: an error, such as FORBIDDEN. UNKNOWN: it "
    "runs, or its server ended before it could tell.",
)


@strawberry.type(description="What somebody of the staff changed, or a command, or tried to.")
class AuditEntry:
    """An entry as a GraphQL object."""

    row: strawberry.Private[AuditRow]

    @described("Its place in the log, which also has entries for the outcomes.")
    def number(self) -> int:
        return self.row.number

    @described("When it was asked for.")
    def at(self) -> datetime:
        return self.row.at

    @described("`operator`, `admin`, `analyst`, `clerk`, or `command` for `python -m api …`.")
    def role(self) -> str:
        return self.row.role

    @described("Who: the name in the token, or the account that ran the command.")
    def actor(self) -> str:
        return self.row.name

    @described("The session that the token was of, if any.")
    def session(self) -> str | None:
        return str(self.row.session) if self.row.session else None

    @described("The mutation, or the words of the command.")
    def field(self) -> str:
        return self.row.field

    @described("What it was given, without what is personal or secret, for which `•` stands.")
    def arguments(self) -> JSON:
        return JSON(json.loads(self.row.arguments))

    @described("The ids of what it named, and of what it made where its document asked for that.")
    def objects(self) -> list[strawberry.ID]:
        parts = [each.partition(":") for each in dict.fromkeys(self.row.objects)]
        return [encode_id(type_name, key) for type_name, _, key in parts]

    @described("The reason that was given for it, where the mutation takes one.")
    def reason(self) -> str | None:
        return self.row.reason

    @described("The request's id, which the log of the server has too.")
    def request_id(self) -> str | None:
        return self.row.request

    @described("What became of it.")
    def outcome(self) -> AuditOutcome:
        return AuditOutcome(self.row.outcome)

    @described("The codes of userErrors or errors.")
    def codes(self) -> list[str]:
        return self.row.codes

    @described("When its outcome was written; null where there is none.")
    def ended_at(self) -> datetime | None:
        return self.row.ended_at

    @described("The hash of the entry, in hexadecimal digits; each covers all entries before it.")
    def hash(self) -> str:
        return self.row.hash.hex()
