"""Revisions: what front ends that poll compare, and how rarely they may ask."""

from hashlib import blake2b

import orjson
from graphql import FieldNode

from schema.context import Info
from siyu.live import Topic

# What a poll that only wants to know whether anything has changed selects.
POLLED = frozenset({"revision", "pollAfterMs", "__typename"})
REVISION_BYTES = 12


def only_polls(info: Info) -> bool:
    """Whether nothing else of the field's object is asked for, so that it need not be read."""
    return all(
        isinstance(selection, FieldNode) and selection.name.value in POLLED
        for node in info._raw_info.field_nodes
        for selection in (node.selection_set.selections if node.selection_set else ())
    )


def revision_of(*shown: object) -> str:
    """A name of what is shown: equal for equal values, and for no others."""
    return blake2b(orjson.dumps(shown, default=str), digest_size=REVISION_BYTES).hexdigest()


def poll_after_ms(info: Info, topic: Topic, key: str, revision: str) -> int:
    """How long to wait before asking again for what has this revision."""
    return info.context.live.pace.poll_after_ms((topic, key), revision)
