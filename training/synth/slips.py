"""Damage done to bytes, exactly as it happens: a GB18030 byte lost, UTF-8 read as GBK.

Both give what a reader then sees; `gongkai.inference.normalise` undoes what of it is certain.
"""

from __future__ import annotations

from gongkai.inference.normalise.gb import is_pair, printed

LOST = "?"


def slip(text: str, resynchronise: bool = True) -> str:
    """What is left of `text` if the first byte of its first character is replaced by `?` and the rest read as GB18030.

    Every character is then half of one and half of the next, up to a byte in the ASCII range: a trail byte (`_` of 開), a
    digit or a letter of the text, which comes out as it is, or its end. Pairs that are private use or unassigned print nothing.
    A byte without a partner prints `?`; with `resynchronise` false it prints nothing. Empty text stays empty.
    """
    read = _read_as_gb(text.encode("gb18030")[1:], LOST if resynchronise else "")
    return LOST + read if text else ""


def utf8_as_gbk(text: str, skip: int = 0) -> str:
    """`text` in UTF-8 without its first `skip` bytes, read as GBK: `政务公开` becomes `鏀垮姟鍏紑`.

    Each lost byte at the start, and each that has no partner, prints `?`.
    """
    return LOST * min(skip, 1) + _read_as_gb(text.encode("utf-8")[skip:], LOST)


def _read_as_gb(data: bytes, alone: str) -> str:
    """The bytes read as ASCII and pairs of GB18030; `alone` stands for each that is neither."""
    out: list[str] = []
    position = 0
    while position < len(data):
        if data[position] < 0x80:
            out.append(chr(data[position]))
            position += 1
        elif position + 1 < len(data) and is_pair(data[position], data[position + 1]):
            out.append(printed(data[position], data[position + 1]))
            position += 2
        else:
            out.append(alone)
            position += 1
    return "".join(out)
