"""The dataset card of a folder of Parquet tables."""

from __future__ import annotations

from importlib.resources import files


def card() -> str:
    """The card in Markdown. Its head names one configuration for each table, so that `datasets.load_dataset` opens the folder."""
    return (files("gongkai.inference.batch") / "card.md").read_text(encoding="utf-8")
