"""What a placement costs where numbers of a line do not add up to their total."""

from __future__ import annotations

from functools import lru_cache

_REMEMBERED = 4096
BROKEN = 6.0
TOTAL_BLANK = 2.5
"""The total is blank above numbers that are not all zero, which some organs leave so."""
ONLY_TOTAL = 1.5
"""The total stands alone, which is usual where nobody filled in the applicants."""
ZERO_TOTAL_BLANK = 0.8


@lru_cache(_REMEMBERED)
def price_of_sum(states: tuple[int | float | str, ...]) -> float:
    """The price of cells that say `states` (see `Candidate`) against their sum, which is the last of them.

    A part that cannot be known may be any number: then the others may only not be more than the total.
    """
    *parts, last = states
    whole = None if isinstance(last, str) else last
    numbers = [part for part in parts if not isinstance(part, str)]
    known = sum(numbers)
    if "lost" in parts or "unreadable" in parts:
        return BROKEN if whole is not None and known > whole else 0.0
    if known == whole:
        return 0.0
    if whole is not None:
        return BROKEN if numbers else ONLY_TOTAL
    if not numbers:
        return 0.0
    return TOTAL_BLANK if known else ZERO_TOTAL_BLANK
