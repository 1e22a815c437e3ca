"""What a placement costs where numbers of a line do not add up to their total."""

from __future__ import annotations

from gongkai.inference.assemble.candidates import Candidate

BROKEN = 6.0
TOTAL_BLANK = 2.5
"""The total is blank above numbers that are not all zero, which some organs leave so."""
ONLY_TOTAL = 1.5
"""The total stands alone, which is usual where nobody filled in the applicants."""
ZERO_TOTAL_BLANK = 0.8


def price_of_sum(candidate: Candidate, first: int, total: int) -> float:
    """The price of the cells from column `first` on against their sum in column `total`.

    A part that cannot be known may be any number: then the others may only not be more than the total.
    """
    parts, whole = candidate.values[first:total], candidate.printed(total)
    known = sum(filter(None, parts))
    if None in parts:
        return BROKEN if whole is not None and known > whole else 0.0
    if known == whole:
        return 0.0
    stated = any(not isinstance(state, str) for state in candidate.states[first:total])
    if whole is not None:
        return BROKEN if stated else ONLY_TOTAL
    if not stated:
        return 0.0
    return TOTAL_BLANK if known else ZERO_TOTAL_BLANK
