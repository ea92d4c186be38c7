"""Teahorse: an open multimodal freight planner for the corridors that start in Kunming."""

from optimizer.kernel_cache import set_up

__version__ = "0.1.0"

# Before anything imports numba, which reads its settings once.
set_up(__version__)
