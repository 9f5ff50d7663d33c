"""The database: SQLite for a first run, PostgreSQL in life; the same code, chosen by URL."""

from __future__ import annotations


class Sessions:
    """Short database sessions: `read()` to look, `write()` to change."""
