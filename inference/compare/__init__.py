"""Two reports side by side: what differs, and what the one says that the other must repeat."""

from gongkai.inference.compare.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
