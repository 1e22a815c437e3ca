"""Extractions cut down to what is sure enough."""

from __future__ import annotations

from dataclasses import replace

from gongkai.inference.results import Extraction


def at_least(extraction: Extraction, confidence: float) -> Extraction:
    """`extraction` without cells, figures, entities and indicators below `confidence`, and with a warning that says how many were left out.

    The checks stay: they speak of the page, not of the selection.
    """
    kept = replace(
        extraction,
        cells=tuple(cell for cell in extraction.cells if cell.confidence >= confidence),
        figures=tuple(figure for figure in extraction.figures if figure.confidence >= confidence),
        entities=tuple(entity for entity in extraction.entities if entity.confidence >= confidence),
        legacy=tuple(indicator for indicator in extraction.legacy if indicator.confidence >= confidence),
    )
    lost = _size(extraction) - _size(kept)
    if not lost:
        return extraction
    return replace(kept, warnings=(*kept.warnings, f"{lost} of {_size(extraction)} values are left out: confidence below {confidence:g}"))


def _size(extraction: Extraction) -> int:
    return len(extraction.cells) + len(extraction.figures) + len(extraction.entities) + len(extraction.legacy)
