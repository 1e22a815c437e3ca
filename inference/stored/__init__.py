"""Results read back: what `gongkai extract` and `gongkai batch` wrote, in whatever format, as extractions again."""

from gongkai.inference.stored.results import NotRead, Stored, holds_results, read_results

__all__ = ["NotRead", "Stored", "holds_results", "read_results"]
