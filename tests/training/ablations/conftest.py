"""A recipe over random weights, cut so small that every variant takes a second or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gongkai.training.settings import load_settings
from gongkai.training.tiny import random_encoder

MIX = {"passages": 2000, "narratives": 1000, "pages": 1000}


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training configuration; its encoder has two layers of 32."""
    folder = tmp_path_factory.mktemp("recipe")
    settings: dict[str, Any] = load_settings("tiny").model_dump(mode="json", exclude_none=True)
    settings |= {"base_model": str(random_encoder(folder / "encoder")), "threads": 1}
    settings["mix"] = {"passages": 4000, "narratives": 2000, "pages": 2000}
    settings["data"] |= {"window": 64, "held_out_pages": 1}
    settings["loop"] |= {"save_steps": 5, "log_steps": 5}
    del settings["layers"]
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def config(recipe: Path) -> Path:
    """The variants of that recipe: a base, the base again, and one that guesses characters first."""
    variants: dict[str, Any] = {
        "base": {"about": "the recipe", "precisions": True},
        "again": {"about": "another seed", "change": {"seed": 2}, "repeat": True},
        "guessing": {
            "about": "guesses characters first",
            "change": {"pretrain": {"mix": {"passages": 2000, "narratives": 0, "pages": 0}, "learning_rate": 1e-3}},
        },
    }
    path = recipe.with_name("variants.yaml")
    path.write_text(
        yaml.safe_dump({"recipe": str(recipe), "mix": MIX, "base": "base", "variants": variants}, sort_keys=False), encoding="utf-8"
    )
    return path
