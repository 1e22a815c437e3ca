"""Which characters the encoder knows, and which word pieces each one's embedding starts from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

SPECIALS = {"[PAD]": "<pad>", "[UNK]": "<unk>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
WHITESPACE = ("\n", " ", "\t", "\u3000", "\u00a0", "\r")
SPACE_PIECE = "\u2581"
UNKNOWN_PIECE = "<unk>"

RANGES = (
    (0x21, 0x24F),  # ASCII, Latin with the tone marks of pinyin
    (0x2B0, 0x4FF),  # modifiers, Greek, Cyrillic: in GB2312, and in mojibake
    (0x2010, 0x27BF),  # punctuation, currency, number forms, arrows, mathematics, enclosed digits, boxes, shapes
    (0x3001, 0x312F),  # CJK punctuation, kana, bopomofo
    (0x3220, 0x33FF),  # enclosed and squared forms
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # compatibility Han
    (0xFE10, 0xFE6F),  # vertical and small forms
    (0xFF01, 0xFF65),  # full-width ASCII, half-width punctuation
    (0xFFE0, 0xFFEE),  # full-width currency and symbols
    (0xFFFD, 0xFFFD),  # what a decoder writes for bytes it cannot read
)


def gb2312() -> Iterator[str]:
    """Every character of GB2312, in the order of the standard."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            character = bytes((row, cell)).decode("gb2312", errors="ignore")
            if character:
                yield character


def character_sources(pieces: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every entry of the vocabulary, in order, with the pieces whose mean its embedding starts from.

    A character that is a piece starts from itself, one with a compatibility form from that form's characters, and a
    character of GB2312 that has neither from the unknown piece.
    """
    known = {piece for piece in pieces if len(piece) == 1}
    sources: dict[str, tuple[str, ...]] = {name: (piece,) for name, piece in SPECIALS.items()}
    sources |= dict.fromkeys(WHITESPACE, (SPACE_PIECE,))
    for character in candidates():
        found = _pieces_of(character, known)
        if found and character not in sources:
            sources[character] = found
    for character in gb2312():
        sources.setdefault(character, (UNKNOWN_PIECE,))
    return sources


def vocabulary_of(sources: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Token to id: the order of `sources`."""
    return {token: number for number, token in enumerate(sources)}


def candidates() -> Iterator[str]:
    """Every character that an encoder gets a row for if its tokenizer knows it."""
    for first, last in RANGES:
        yield from map(chr, range(first, last + 1))


def _pieces_of(character: str, known: set[str]) -> tuple[str, ...]:
    if character in known:
        return (character,)
    parts = unicodedata.normalize("NFKC", character)
    found = tuple(part for part in parts if part in known)
    return found if parts != character else ()
