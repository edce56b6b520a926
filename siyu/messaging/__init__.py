"""Messages that campaigns, or the core itself, leave members: a declared template and what fills it."""

from siyu.messaging.book import NewMessage
from siyu.messaging.core_messages import CORE_MESSAGES
from siyu.messaging.rendering import render, render_or_bare
from siyu.messaging.store import append_messages

__all__ = ["CORE_MESSAGES", "NewMessage", "append_messages", "render", "render_or_bare"]
