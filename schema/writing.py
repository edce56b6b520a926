"""Answers as JSON; a module of its own, since health checks and refusals load no GraphQL."""

import orjson


def written(answer: object) -> bytes:
    """An answer, or a part of it, as JSON; moments are those of WRITTEN_ALIKE or texts already."""
    return orjson.dumps(answer, option=orjson.OPT_UTC_Z)
