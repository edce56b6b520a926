"""The messages of `graphql-transport-ws`: what clients send, and what they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.json_bodies import read_json
from api.live.limits import CloseCode, Closed
from api.refusals import Refusal

SUBPROTOCOL = "graphql-transport-ws"
ID_LENGTH_MAX = 128
NAMED = frozenset({"subscribe", "complete"})
KINDS = NAMED | {"connection_init", "ping", "pong"}

ACK = '{"type":"connection_ack"}'
PONG = '{"type":"pong"}'


@dataclass(frozen=True, slots=True)
class Message:
    """What a client says; `id` is empty where the message is not about a subscription."""

    kind: str
    id: str
    payload: dict[str, Any]


def read_message(text: str) -> Message:
    """The message. Raises Closed for one that is none."""
    try:
        content = read_json(text.encode())
    except (Refusal, UnicodeEncodeError) as error:
        raise Closed(CloseCode.BAD_MESSAGE, "the message is not JSON") from error
    if not isinstance(content, dict) or content.get("type") not in KINDS:
        raise Closed(CloseCode.BAD_MESSAGE, "the message has no type of the protocol")
    kind, id_, payload = content["type"], content.get("id", ""), content.get("payload")
    if not isinstance(id_, str) or len(id_) > ID_LENGTH_MAX or (kind in NAMED and not id_):
        raise Closed(CloseCode.BAD_MESSAGE, f"`id` must be a text of 1 to {ID_LENGTH_MAX} characters")
    if not isinstance(payload, dict | None) or (kind == "subscribe" and payload is None):
        raise Closed(CloseCode.BAD_MESSAGE, "`payload` must be an object")
    return Message(kind, id_, payload or {})


def written_id(id_: str) -> str:
    """An id as JSON, which is written once and sent with all that is news."""
    return orjson.dumps(id_).decode()


def next_message(id_json: str, payload_json: str) -> str:
    """News of a subscription; the payload was written once for all readers."""
    return f'{{"id":{id_json},"type":"next","payload":{payload_json}}}'


def error_message(id_json: str, errors: Sequence[object]) -> str:
    """The end of a subscription, and why."""
    return f'{{"id":{id_json},"type":"error","payload":{orjson.dumps(errors).decode()}}}'
