"""Teahorse: an open multimodal freight planner for the corridors that start in Kunming."""

__version__ = "0.1.0"
