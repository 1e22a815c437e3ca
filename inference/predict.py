"""Pages in, labelled pages out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gongkai.inference.kernels.choose import Kernel, open_network
from gongkai.inference.kernels.network import Ids, Network
from gongkai.model.checkpoint import Checkpoint, load_checkpoint, shipped_folder
from gongkai.model.decode import logits_to_runs, runs_to_spans
from gongkai.model.errors import CheckpointError, ConfigError
from gongkai.model.types import LabelledPage, Page
from gongkai.model.vocabulary import Encoded
from gongkai.model.windows import cut, stitch

_BREAK = re.compile(r"\n\s*")


class Labeller(Protocol):
    """Whatever can label pages."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        """Every page with its spans, in the order given. The spans of a page do not depend on the other pages."""
        ...


class WindowSettings(BaseModel):
    """`configs/inference.yaml`: how long the windows are and how much neighbours share, in tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: int = Field(ge=16)
    overlap: int = Field(ge=0)

    def at_most(self, room: int) -> WindowSettings:
        """These settings, or windows of `room` tokens that share as large a part of themselves, where that is less."""
        if self.window <= room:
            return self
        return WindowSettings(window=room, overlap=self.overlap * room // self.window)


def line_starts(text: str) -> list[int]:
    """Where lines of `text` begin that say something, but for the first."""
    return [match.end() for match in _BREAK.finditer(text)]


def window_settings() -> WindowSettings:
    """The settings that come with the package."""
    source = files("gongkai.configs") / "inference.yaml"
    try:
        return WindowSettings.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/inference.yaml: {error}") from error


@dataclass(frozen=True, slots=True)
class Predictor:
    """A Labeller that runs a checkpoint's network."""

    checkpoint: Checkpoint
    network: Network
    settings: WindowSettings

    @classmethod
    def from_folder(
        cls, folder: Path | None = None, threads: int | None = None, settings: WindowSettings | None = None, kernel: Kernel | None = None
    ) -> Predictor:
        """Open a model folder (default: the shipped one) on `threads` threads (default: one for each core), by `kernel` (default: the best).

        Without `settings` the windows are those of the package, or shorter ones where the encoder takes or was trained on no such.
        Raises CheckpointError if the folder cannot be used, or the windows of `settings` would not fit the encoder.
        """
        checkpoint = load_checkpoint(folder or shipped_folder())
        room = checkpoint.positions - len(checkpoint.vocabulary.before) - len(checkpoint.vocabulary.after)
        settings = settings or window_settings().at_most(min(room, checkpoint.window or room))
        if settings.window > room:
            raise CheckpointError(f"{checkpoint.folder}: reads at most {room} tokens at a time, not windows of {settings.window}")
        return cls(checkpoint, open_network(checkpoint.folder, threads, kernel), settings)

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        """Every page with its spans, in the order given."""
        return [self._label_page(page) for page in pages]

    def logits(self, text: str) -> tuple[Encoded, NDArray[np.float32]]:
        """The positions of a normalised text, and the score of every tag for each of them (shape: positions x tags)."""
        encoded = self.checkpoint.vocabulary.encode(text)
        if not len(encoded.ids):
            return encoded, np.zeros((0, len(self.checkpoint.tags)), dtype=np.float32)
        windows = cut(len(encoded.ids), self.settings.window, self.settings.overlap, encoded.positions(line_starts(text)))
        framed = (self._framed(encoded.ids[window.start : window.end]) for window in windows)
        return encoded, stitch(windows, map(self._inner, self.network.run(framed)))

    def _label_page(self, page: Page) -> LabelledPage:
        encoded, logits = self.logits(page.text)
        spans = runs_to_spans(logits_to_runs(logits), page.text, encoded.offsets, self.checkpoint.classes) if len(logits) else ()
        return LabelledPage(page, spans)

    def _framed(self, ids: Ids) -> Ids:
        """A window between its special tokens."""
        before, after = self.checkpoint.vocabulary.before, self.checkpoint.vocabulary.after
        return np.concatenate((np.array(before, dtype=np.int64), ids, np.array(after, dtype=np.int64)))

    def _inner(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores of a window without those of its special tokens."""
        return scores[len(self.checkpoint.vocabulary.before) : len(scores) - len(self.checkpoint.vocabulary.after)]
