"""The models of this user: one folder each under one root, and a list of promotions that says which of them is in use.

The root is the folder that the environment variable GONGKAI_MODELS names, else `models` in the user's data folder. The shipped
model belongs to every registry under the name `shipped`; it lies in the package and is never written to. Which model is in use
is told by one small file, `promotions.json`, and every change of it is a single rename: whatever crashes, the file says either
what it said before or what it was to say.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path

from gongkai.model.checkpoint import CONFIG, MANIFEST, PARENT, shipped_folder
from gongkai.model.errors import RegistryError

ROOT_VARIABLE = "GONGKAI_MODELS"
SHIPPED, GOLD, PROMOTIONS = "shipped", "gold", "promotions.json"
RESERVED = (SHIPPED, GOLD)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the model in use: `model` was promoted, or a rollback went back to it.

    `digest` names the exact weights, `at` is ISO 8601 in UTC. `forced` means that the gate refused it for `reasons` and was overruled;
    `report` is what the gate measured.
    """

    action: Literal["promote", "rollback"]
    model: str
    digest: str
    at: str
    forced: bool = False
    reasons: tuple[str, ...] = ()
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registry:
    """The models under `root`. Nothing is cached: what another process changes is seen at the next call."""

    root: Path

    @property
    def gold(self) -> Path:
        """The folder of pinned gold, which no model is trained on and every candidate is measured on."""
        return self.root / GOLD

    @property
    def pointer(self) -> Path:
        """The list of promotions."""
        return self.root / PROMOTIONS

    def names(self) -> tuple[str, ...]:
        """`shipped`, then the names of the other models in alphabetical order."""
        found = sorted(path.parent.name for path in self.root.glob(f"*/{MANIFEST}") if (path.parent / CONFIG).is_file())
        return (SHIPPED, *(name for name in found if name not in RESERVED and not name.startswith(".")))

    def folder(self, name: str) -> Path:
        """The folder of model `name`. Raises RegistryError if there is none."""
        if name not in self.names():
            raise RegistryError(f"{self.root}: no model {name}; there are {', '.join(self.names())}")
        return shipped_folder() if name == SHIPPED else self.root / name

    def new_folder(self, name: str) -> Path:
        """Where a new model `name` is to lie; nothing is there yet. Raises RegistryError if the name is taken or cannot be one."""
        if not _NAME.fullmatch(name) or name in RESERVED:
            rule = "up to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
            raise RegistryError(f"{name!r} cannot be the name of a model: take {rule}, and none of {', '.join(RESERVED)}")
        if (self.root / name).exists():
            raise RegistryError(f"{self.root / name}: there is something of that name; take another name")
        return self.root / name

    def parent(self, name: str) -> str | None:
        """The name of the model that `name` was trained from, or None for one that was trained from nothing."""
        path = self.folder(name) / PARENT
        return path.read_text(encoding="utf-8").split()[-1] if path.is_file() else None

    def events(self) -> tuple[Event, ...]:
        """Every promotion and rollback, oldest first. Raises RegistryError if the list cannot be read."""
        try:
            content = self.pointer.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise RegistryError(f"{self.pointer}: cannot be read ({error}); check its permissions") from error
        try:
            return tuple(_event(item) for item in json.loads(content)["events"])
        except (ValueError, KeyError, TypeError) as error:
            way_out = "repair it, or move it away and promote again"
            raise RegistryError(f"{self.pointer}: is no list of promotions ({error!r}); {way_out}") from error

    def current(self) -> str:
        """The name of the model in use. Raises RegistryError if the list of promotions cannot be read."""
        return self.in_use()[-1]

    def in_use(self) -> tuple[str, ...]:
        """`shipped`, the models promoted after it that no rollback has undone, and last the one in use."""
        stack = [SHIPPED]
        for event in self.events():
            if event.action == "promote":
                stack.append(event.model)
            elif len(stack) > 1:
                stack.pop()
        return tuple(stack)

    def record(self, event: Event) -> None:
        """Put `event` at the end of the list; with it the model in use changes, at once or not at all."""
        text = json.dumps({"events": [asdict(one) for one in (*self.events(), event)]}, ensure_ascii=False, indent=1)
        self.root.mkdir(parents=True, exist_ok=True)
        replace_file(self.pointer, text + "\n")


def default_root() -> Path:
    """The root that GONGKAI_MODELS names, else `models` in the user's data folder."""
    named = os.environ.get(ROOT_VARIABLE)
    return Path(named) if named else user_data_path("gongkai", appauthor=False) / "models"


def registry(root: Path | None = None) -> Registry:
    """The registry under `root` (default: the user's)."""
    return Registry(root or default_root())


def model_folder(model: str | Path, root: Path | None = None) -> Path:
    """The folder that `model` means: a folder that exists, else the model of that name in the registry, else the path as it is."""
    path = Path(model)
    found = registry(root)
    if path.is_dir() or len(path.parts) != 1:
        return path
    return found.folder(path.name) if path.name in found.names() else path


def replace_file(path: Path, text: str) -> None:
    """Write `path` so that a crash at any point leaves either what it held or `text`, whole and on the disk."""
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Have the names in `folder` written to the disk, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_parent(folder: Path, name: str, digest: str) -> None:
    """Say in `folder` that its model was trained from the model `name` of that digest."""
    (folder / PARENT).write_text(f"{digest}  {name}\n", encoding="utf-8")


def _event(item: dict[str, Any]) -> Event:
    if item["action"] not in ("promote", "rollback"):
        raise ValueError(f"action {item['action']!r}")
    reasons: Sequence[str] = item.get("reasons", ())
    return Event(**{**item, "reasons": tuple(reasons)})
