"""Many documents through several processes, resumable at any moment: see docs/batch.md."""

from gongkai.inference.batch.jobs import Limits
from gongkai.inference.batch.run import Engine, Settings, run_batch
from gongkai.inference.batch.tables import Format

__all__ = ["Engine", "Format", "Limits", "Settings", "run_batch"]
