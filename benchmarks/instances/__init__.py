"""Readers of published instance formats, and checkers that recompute from the text."""
