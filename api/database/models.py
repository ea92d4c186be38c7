"""Every table, in one import, for migrations."""

from __future__ import annotations

from api.database import models_access, models_jobs, models_network, models_stock
from api.database.base import Base

__all__ = ["Base", "models_access", "models_jobs", "models_network", "models_stock"]
