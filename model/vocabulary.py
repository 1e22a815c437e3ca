"""Text to the numbers that an encoder reads, with the characters behind each number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gongkai.model.errors import CheckpointError

ANY_CHARACTER = r"[\s\S]"


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Token ids (int64, shape: n) and `offsets` (int32, shape: n x 2): token i stands for those characters of the text."""

    ids: NDArray[np.int64]
    offsets: NDArray[np.int32]

    def positions(self, characters: Sequence[int]) -> list[int]:
        """For each of `characters` (places in the text) the first token that stands there or behind it."""
        places: list[int] = np.searchsorted(self.offsets[:, 0], characters).tolist()
        return places


class Vocabulary(Protocol):
    """Turns a text into tokens; `before` and `after` are the special tokens that a window stands between."""

    @property
    def before(self) -> tuple[int, ...]:
        """The special tokens in front of a window."""
        ...

    @property
    def after(self) -> tuple[int, ...]:
        """The special tokens behind it."""
        ...

    def encode(self, text: str) -> Encoded:
        """The tokens of `text`, without special tokens."""
        ...


@dataclass(frozen=True, slots=True)
class CharacterVocabulary:
    """One token for every code point, by look-up."""

    id_of: dict[str, int]
    unknown: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    _by_code: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    """The id of every code point up to the largest that is known, and of all beyond it in the last place."""

    def __post_init__(self) -> None:
        codes = [ord(character) for character in self.id_of]
        by_code = np.full(max(codes, default=-1) + 2, self.unknown, dtype=np.int64)
        by_code[codes] = list(self.id_of.values())
        object.__setattr__(self, "_by_code", by_code)

    def encode(self, text: str) -> Encoded:
        """Exactly `len(text)` tokens."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        starts = np.arange(len(text), dtype=np.int32)
        return Encoded(self._by_code[np.minimum(codes, len(self._by_code) - 1)], np.stack((starts, starts + 1), axis=1))


@dataclass(frozen=True, slots=True)
class PieceVocabulary:
    """Word pieces of any fast tokenizer; characters that it drops (blanks, mostly) belong to no token."""

    tokenizer: Tokenizer
    before: tuple[int, ...]
    after: tuple[int, ...]

    def encode(self, text: str) -> Encoded:
        """The pieces of `text` that stand for at least one character."""
        found = self.tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(found.offsets, dtype=np.int32).reshape(-1, 2)
        real = offsets[:, 0] < offsets[:, 1]
        return Encoded(np.array(found.ids, dtype=np.int64)[real], offsets[real])


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a `tokenizer.json`. Raises CheckpointError if the file is no tokenizer."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers library raises bare Exception
        raise CheckpointError(f"{path}: cannot be read as a fast tokenizer ({error}); restore it from the model's release") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    before, after = _frame(tokenizer)
    if not _is_character_level(content):
        return PieceVocabulary(tokenizer, before, after)
    entries: dict[str, int] = content["model"]["vocab"]
    unknown = entries[content["model"]["unk_token"]]
    return CharacterVocabulary({token: number for token, number in entries.items() if len(token) == 1}, unknown, before, after)


def _frame(tokenizer: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The special tokens before and after a text."""
    found = tokenizer.encode("1", add_special_tokens=True)
    real = [index for index, special in enumerate(found.special_tokens_mask) if not special]
    ids = tuple(found.ids)
    return (ids[: real[0]], ids[real[-1] + 1 :]) if real else ((), ())


def _is_character_level(content: dict[str, Any]) -> bool:
    splitter = content.get("pre_tokenizer") or {}
    return (
        content["model"].get("type") == "WordLevel"
        and not content.get("normalizer")
        and splitter.get("type") == "Split"
        and splitter.get("pattern") == {"Regex": ANY_CHARACTER}
        and splitter.get("behavior") == "Isolated"
    )
