"""Where files that can be made anew are kept: ``TEAHORSE_CACHE_DIR``, or the platform's place."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "TEAHORSE_CACHE_DIR"
_NAME = "teahorse"


def cache_folder() -> Path:
    """Folder for caches; it may not exist yet."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path(_NAME, appauthor=False)
