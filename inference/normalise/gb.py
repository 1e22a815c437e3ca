"""GB18030 two-byte characters, and which of them a page shows."""

from __future__ import annotations

from functools import cache


def is_pair(lead: int, trail: int) -> bool:
    """Whether two bytes are a two-byte character, assigned or not."""
    return 0x81 <= lead <= 0xFE and 0x40 <= trail <= 0xFE and trail != 0x7F


@cache
def printed(lead: int, trail: int) -> str:
    """The character of a pair as a page shows it: nothing for private use, radicals and unassigned pairs."""
    try:
        character = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "" if is_hidden(character) else character


def is_hidden(character: str) -> bool:
    """Whether extractors drop `character`: private use, and the radicals that GB18030 put where private use was."""
    return "\ue000" <= character <= "\uf8ff" or "\u2e80" <= character <= "\u2fff" or character == "\ufffd"


@cache
def pair_of(character: str) -> tuple[int, int] | None:
    """The two bytes of `character`, or None if it has none, one or four."""
    try:
        data = character.encode("gb18030")
    except UnicodeEncodeError:
        return None
    return (data[0], data[1]) if len(data) == 2 else None
