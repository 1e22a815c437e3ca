"""Many organs over many years: one tidy panel out of the results of a batch, with its doubts beside its numbers."""

from gongkai.inference.panel.panel import Settings, make_panel

__all__ = ["Settings", "make_panel"]
