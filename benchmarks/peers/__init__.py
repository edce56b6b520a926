"""Servers that answer the same page of members: siyu, the same without GraphQL, and what others would take for it."""
