"""A model on disk: one folder, checked before anything in it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from gongkai.model.calibration import CALIBRATION, Calibration, read_calibration
from gongkai.model.decode import classes_of
from gongkai.model.errors import CheckpointError
from gongkai.model.exits import EXITS
from gongkai.model.labels import label_set
from gongkai.model.vocabulary import Vocabulary, load_vocabulary

CONFIG, WEIGHTS, TOKENIZER, LABELS = "config.json", "model.safetensors", "tokenizer.json", "labels.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
NETWORK, FULL_NETWORK = "model.int8.onnx", "model.fp32.onnx"
CARD, METRICS, MANIFEST = "README.md", "metrics.json", "manifest.sha256"
PARENT = "parent"
REQUIRED = (CONFIG, WEIGHTS, TOKENIZER, LABELS, NETWORK, CARD, METRICS)
# Formats that can run code when they are opened.
UNSAFE = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".py", ".so")
DEFAULT_POSITIONS = 512
WAY_OUT = "take the folder from a release again, or export it with `gongkai train`"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A verified model folder: its tags in the order of the network's outputs, and how it reads text.

    `positions` is the longest window the encoder takes, special tokens included; `digest` names this very model. `window` is
    how many tokens its training showed it at a time, None if that is not known. `calibration` is None where nobody measured how
    sure it may be.
    """

    folder: Path
    tags: tuple[str, ...]
    vocabulary: Vocabulary
    positions: int
    digest: str
    window: int | None = None
    calibration: Calibration | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """What one span can be, by class number."""
        return classes_of(self.tags)

    @property
    def network(self) -> Path:
        """The int8 ONNX file."""
        return self.folder / NETWORK


def shipped_folder() -> Path:
    """Where the model that comes with the package lies."""
    return Path(str(files("gongkai.model"))) / "shipped"


def load_checkpoint(folder: Path) -> Checkpoint:
    """Verify `folder` and open it. Raises CheckpointError that names the file and the way out."""
    if not folder.is_dir():
        raise CheckpointError(f"{folder}: no such model folder; {WAY_OUT}")
    _refuse_unsafe(folder)
    digest = verify_manifest(folder)
    config = _read_json(folder / CONFIG)
    tags = _read_tags(folder / LABELS)
    if len(config.get("id2label", tags)) != len(tags):
        raise CheckpointError(f"{folder / CONFIG}: {len(config['id2label'])} outputs, but {LABELS} has {len(tags)} tags; {WAY_OUT}")
    window, calibration = _read_window(folder / METRICS), read_calibration(folder)
    return Checkpoint(folder, tags, load_vocabulary(folder / TOKENIZER), read_positions(folder), digest, window, calibration)


def read_positions(folder: Path) -> int:
    """The longest window that the encoder in `folder` takes, special tokens included.

    The tokenizer's `model_max_length` says it; `max_position_embeddings` counts rows, not all of which a text can use.
    """
    rows = int(_read_json(folder / CONFIG).get("max_position_embeddings") or DEFAULT_POSITIONS)
    path = folder / TOKENIZER_CONFIG
    stated = _read_json(path).get("model_max_length") if path.is_file() else None
    return min(rows, int(stated)) if stated else rows


def _read_window(path: Path) -> int | None:
    """The window that the settings of the training run in a `metrics.json` name."""
    settings = _read_json(path).get("settings")
    data = settings.get("data") if isinstance(settings, dict) else None
    window = data.get("window") if isinstance(data, dict) else None
    return window if isinstance(window, int) else None


def write_labels(folder: Path, tags: tuple[str, ...]) -> None:
    """`labels.json`: the tags in the order of the network's outputs."""
    text = json.dumps({"scheme": "IOB2", "tags": tags}, ensure_ascii=False, indent=1)
    (folder / LABELS).write_text(text + "\n", encoding="utf-8")


def write_manifest(folder: Path) -> None:
    """`manifest.sha256` over every other file of `folder`."""
    names = (path.name for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    (folder / MANIFEST).write_text(manifest_of(folder, names), encoding="utf-8")


def manifest_of(folder: Path, names: Iterable[str]) -> str:
    """The digests of these files of `folder`, in the format of `sha256sum`."""
    return "".join(f"{_sha256(folder / name)}  {name}\n" for name in sorted(names))


def verify_manifest(folder: Path) -> str:
    """The digest of the manifest, once every file has been found to be what it says and no required one is missing."""
    listed = _read_manifest(folder / MANIFEST)
    for name in REQUIRED:
        if name not in listed:
            raise CheckpointError(f"{folder / MANIFEST}: does not list {name}; {WAY_OUT}")
    for name in (CALIBRATION, EXITS):
        if name not in listed and (folder / name).exists():
            raise CheckpointError(f"{folder / name}: {MANIFEST} does not list it, so nothing says that it belongs to this model; {WAY_OUT}")
    return _verify_listed(folder, listed)


def verified_files(folder: Path) -> tuple[str, ...]:
    """The names that the manifest of `folder` lists, once every one of these files has been found to be what it says."""
    listed = _read_manifest(folder / MANIFEST)
    _verify_listed(folder, listed)
    return tuple(listed)


def _verify_listed(folder: Path, listed: dict[str, str]) -> str:
    for name, wanted in listed.items():
        if not (folder / name).is_file():
            raise CheckpointError(f"{folder / name}: is listed in {MANIFEST} but missing; {WAY_OUT}")
        if (found := _sha256(folder / name)) != wanted:
            raise CheckpointError(
                f"{folder / name}: SHA-256 is {found[:12]}…, {MANIFEST} says {wanted[:12]}…: altered or cut short; {WAY_OUT}"
            )
    return _sha256(folder / MANIFEST)


def _read_manifest(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise CheckpointError(f"{path}: missing, so the folder cannot be verified; {WAY_OUT}")
    listed = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or name != Path(name).name:
            raise CheckpointError(f"{path}, line {number}: is not `<sha256>  <file name>`: {line[:80]!r}; {WAY_OUT}")
        listed[name] = digest
    return listed


def _refuse_unsafe(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix in UNSAFE:
            raise CheckpointError(
                f"{path}: files of type {path.suffix} can run code when opened and are refused; keep only safetensors and ONNX"
            )


def _read_tags(path: Path) -> tuple[str, ...]:
    tags = tuple(map(str, _read_json(path).get("tags", ())))
    try:
        classes = classes_of(tags)
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}; {WAY_OUT}") from error
    known = set(label_set().classes())
    if unknown := [name for name in classes if name not in known]:
        raise CheckpointError(f"{path}: labels that configs/labels.yaml does not have: {', '.join(unknown)}; add them there or retrain")
    return tags


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON ({error}); {WAY_OUT}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: holds a JSON {type(content).__name__}, expected an object; {WAY_OUT}")
    return content


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
