"""What a stage cannot do."""


class NoEnd(Exception):
    """More than PLAYED_MAX facts followed from one, or fired in one `wait`."""


class NotHeard(LookupError):
    """The campaign hears nothing of the kind: it is no fact of its type, no action of it, no review that is open."""
