"""Which cells a person should look at first, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from gongkai.inference.report.review.beside import Beside, Standing
from gongkai.inference.results import Extraction, Verdict

SURE = 0.9
"""The confidence from which a value is not in doubt for its confidence alone."""


class Doubt(StrEnum):
    """Why a cell is in doubt."""

    SUM = "sum"
    NARRATIVE = "narrative"
    CONFIDENCE = "confidence"


def doubts_of(extraction: Extraction, beside: Iterable[Beside]) -> Mapping[str, tuple[Doubt, ...]]:
    """The doubtful cells by key, in printed order: named by a broken sum, gainsaid by the narrative, or below `SURE`."""
    summed = {key for check in extraction.checks if check.verdict is Verdict.BROKEN for key in check.doubtful}
    gainsaid = {key for one in beside if one.standing is Standing.CONFLICTS and len(one.keys) == 1 for key in one.keys}
    unsure = {cell.key for cell in extraction.cells if cell.confidence < SURE}
    reasons = ((Doubt.SUM, summed), (Doubt.NARRATIVE, gainsaid), (Doubt.CONFIDENCE, unsure))
    found = {cell.key: tuple(reason for reason, keys in reasons if cell.key in keys) for cell in extraction.cells}
    return {key: why for key, why in found.items() if why}
