"""Which variants of a recipe are trained: `configs/train/ablations.yaml`, read once and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongkai.model.errors import ConfigError
from gongkai.training.encoder import Shape, random_characters
from gongkai.training.settings import Mix, TrainSettings, load_settings, read_settings

CONFIG = "ablations"


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RandomShape(_Settings):
    """An encoder with random weights under the vocabulary of the bundled one."""

    layers: int = Field(ge=1)
    hidden: int = Field(ge=32, multiple_of=32)


class Variant(_Settings):
    """The recipe with `change` laid over it, or with a random encoder in place of its own.

    With `precisions` the int8 network is held against fp32 of the same weights. A `repeat` differs from the base by chance alone:
    repeats say how large a difference must be to mean anything.
    """

    about: str
    change: dict[str, Any] = {}
    random: RandomShape | None = None
    precisions: bool = False
    repeat: bool = False


class Ablations(_Settings):
    """`mix` is the training text that every variant gets in place of the recipe's; `base` is what they are held against."""

    recipe: str
    mix: Mix
    base: str
    variants: dict[str, Variant]

    @model_validator(mode="after")
    def _has_its_base(self) -> Self:
        if self.base not in self.variants:
            raise ValueError(f"base {self.base!r} is no variant; there are {', '.join(self.variants)}")
        return self


def load_ablations(name: str = CONFIG) -> Ablations:
    """`configs/train/NAME.yaml` of the package, or the file that `name` is the path of. Raises ConfigError."""
    return read_settings(name, Ablations)


def variant_settings(ablations: Ablations, name: str, runs: Path) -> TrainSettings:
    """The settings of one variant; a random encoder that it begins with is made in `runs`. Raises ConfigError."""
    variant = ablations.variants.get(name)
    if variant is None:
        raise ConfigError(f"no variant {name}; there are {', '.join(ablations.variants)}")
    recipe = load_settings(ablations.recipe)
    content = merged({**recipe.model_dump(mode="json"), "mix": ablations.mix.model_dump()}, variant.change)
    try:
        settings = TrainSettings.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"variant {name} of the ablations: {error}") from error
    if variant.random is None:
        return settings
    shape = Shape(variant.random.layers, variant.random.hidden)
    return settings.model_copy(update={"base_model": str(random_characters(runs, shape, settings.seed)), "layers": None})


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, section by section."""
    both = {
        name: merged(below[name], value) for name, value in above.items() if isinstance(value, dict) and isinstance(below.get(name), dict)
    }
    return {**below, **above, **both}
