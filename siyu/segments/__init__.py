"""Segments: the members for whom a rule holds, now or when they were taken."""
