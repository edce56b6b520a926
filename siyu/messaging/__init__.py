"""Messages that campaigns leave their members: a declared template and what fills it."""

from siyu.messaging.book import NewMessage
from siyu.messaging.rendering import render, render_or_bare
from siyu.messaging.store import append_messages

__all__ = ["NewMessage", "append_messages", "render", "render_or_bare"]
