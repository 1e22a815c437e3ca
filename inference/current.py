"""The model in use: the one that was promoted last, or the shipped one.

Finding it reads one file of a few lines; nothing else of the registry is looked at.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from gongkai.inference.predict import Predictor
from gongkai.model.checkpoint import shipped_folder
from gongkai.model.errors import GongkaiError, ModelFallbackWarning, RegistryError
from gongkai.model.registry import SHIPPED, model_folder, registry


def open_model(model: str | Path | None = None, threads: int | None = None) -> Predictor:
    """The model `model` (a folder, or a name in the registry), by default the one in use.

    Raises CheckpointError if a model that was named cannot be used. If the promoted one cannot be used, a
    ModelFallbackWarning says why, and the shipped one is opened.
    """
    if model is not None:
        return Predictor.from_folder(model_folder(model), threads)
    try:
        promoted = _open_promoted(threads)
    except (GongkaiError, OSError) as error:
        way_out = "`gongkai models list` shows what there is, `gongkai models rollback` goes back"
        warnings.warn(f"the promoted model cannot be used, so the shipped one is: {error} ({way_out})", ModelFallbackWarning, stacklevel=3)
        promoted = None
    return promoted or Predictor.from_folder(shipped_folder(), threads)


def _open_promoted(threads: int | None) -> Predictor | None:
    known = registry()
    events = known.events()
    name = known.current() if events else SHIPPED
    if name == SHIPPED:
        return None
    predictor = Predictor.from_folder(known.folder(name), threads)
    if predictor.checkpoint.digest != events[-1].digest:
        raise RegistryError(f"{known.folder(name)}: is not the model that was promoted under this name; promote it again")
    return predictor
