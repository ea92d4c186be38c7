"""What a command of the service refuses to do. It imports nothing, so that ``--help`` is quick."""

from __future__ import annotations


class Refusal(Exception):
    """Said in one line, with exit code 2."""
