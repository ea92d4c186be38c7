"""Durable jobs: a queue, workers, and child processes that do the work."""
