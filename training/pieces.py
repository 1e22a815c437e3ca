"""Which pieces of a tokenizer stand for a single character."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tokenizers import Tokenizer

from gongkai.training.characters import WHITESPACE, candidates, gb2312

# How tokenizers write a blank or the beginning of a word: SentencePiece and byte-level BPE.
MARKERS = ("\u2581", "\u0120")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A tokenizer of any kind, asked about one character at a time.

    `special` are the ids that never stand for text, `unknown` is the one for characters that the tokenizer does not know.
    """

    tokenizer: Tokenizer
    special: frozenset[int]
    unknown: int
    markers: frozenset[int]
    bytes_for_characters: bool

    @classmethod
    def of(cls, tokenizer: Tokenizer, special: frozenset[int], unknown: int) -> Pieces:
        """The pieces of `tokenizer`."""
        markers = {number for marker in MARKERS if (number := tokenizer.token_to_id(marker)) is not None}
        content = json.loads(tokenizer.to_str())
        byte_level = any('"ByteLevel"' in json.dumps(content.get(part)) for part in ("pre_tokenizer", "decoder"))
        return cls(tokenizer, special, unknown, frozenset(markers), byte_level)

    def stand_for(self, characters: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """For each character the ids of its pieces alone, or of its compatible form's; none if it is dropped or unknown.

        A piece that is just this character goes before what the tokenizer makes of it, which may begin a word. In a
        byte-level vocabulary a character is the name of a byte, and says nothing of the character.
        """
        found = {character: self._own(character) for character in characters}
        for form in (str, partial(unicodedata.normalize, "NFKC")):
            missing = [character for character, ids in found.items() if not ids and (form is str or form(character) != character)]
            found |= zip(missing, self._encoded([form(character) for character in missing]), strict=True)
        return found

    def blank(self) -> tuple[int, ...]:
        """The piece that stands for a blank, else the one for unknown characters."""
        return (min(self.markers),) if self.markers else (self.unknown,)

    def _own(self, character: str) -> tuple[int, ...]:
        found = None if self.bytes_for_characters else self.tokenizer.token_to_id(character)
        return () if found is None or found in self.special else (found,)

    def _encoded(self, texts: Sequence[str]) -> Iterator[tuple[int, ...]]:
        for found in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False):
            kept = tuple(number for number in found.ids if number not in self.markers)
            yield () if self.special.intersection(kept) else kept


def character_pieces(pieces: Pieces) -> dict[str, tuple[int, ...]]:
    """Every character that the encoder will know, in order, with the pieces whose mean its embedding starts from.

    Whitespace, ASCII and all of GB2312 are among them even where the tokenizer drops them or does not know them: a
    newline and a bar are what is left of a table. They start from the blank and from the unknown piece.
    """
    found = pieces.stand_for((*WHITESPACE, *candidates()))
    blanks = {character: found[character] or pieces.blank() for character in WHITESPACE}
    known = {character: ids for character, ids in found.items() if ids and character not in blanks}
    always = dict.fromkeys((*map(chr, range(0x21, 0x7F)), *gb2312()), (pieces.unknown,))
    return {**blanks, **known, **{character: ids for character, ids in always.items() if character not in known}}
