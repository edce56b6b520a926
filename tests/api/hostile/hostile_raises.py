"""A plugin whose import fails."""

raise ImportError("No module named 'colours'")
