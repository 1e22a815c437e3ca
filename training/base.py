"""What training starts from: the bundled encoder, or any Hugging Face encoder, both read character by character."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gongkai.model.checkpoint import TOKENIZER, read_positions
from gongkai.model.errors import ConfigError
from gongkai.model.vocabulary import CharacterVocabulary, load_vocabulary
from gongkai.training.adopt import adopted_encoder
from gongkai.training.encoder import character_encoder
from gongkai.training.settings import BUNDLED, TrainSettings

BUNDLED_LAYERS = 6


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder (a folder) and the tokenizer file that goes with it: one token for every character."""

    encoder: Path
    tokenizer: Path


def open_base(settings: TrainSettings, runs: Path) -> Base:
    """The encoder that `settings` name, in a folder inside `runs` unless it already reads single characters.

    Raises CheckpointError if it cannot be had or used, ConfigError if its positions do not take the windows of the run.
    """
    folder = _encoder(settings, runs)
    base = Base(folder, folder / TOKENIZER)
    vocabulary = load_vocabulary(base.tokenizer)
    room = read_positions(folder) - len(vocabulary.before) - len(vocabulary.after)
    if settings.data.window > room:
        raise ConfigError(
            f"{settings.base_model}: reads at most {room} characters at a time, data.window is {settings.data.window}; lower it, or take another encoder"
        )
    return base


def _encoder(settings: TrainSettings, runs: Path) -> Path:
    if settings.base_model == BUNDLED:
        return character_encoder(runs, settings.layers or BUNDLED_LAYERS)
    folder = Path(settings.base_model)
    if settings.layers is None and (folder / TOKENIZER).is_file() and isinstance(load_vocabulary(folder / TOKENIZER), CharacterVocabulary):
        return folder
    return adopted_encoder(settings.base_model, settings.layers, runs)
