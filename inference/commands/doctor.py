"""`gongkai doctor`: what is installed, which model is used, and whether they go together."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import typer
from rich.cells import cell_len

from gongkai.inference.commands.options import Model
from gongkai.inference.commands.streams import emit
from gongkai.inference.kernels.cpu import INT8, cpu_flags, has_exact_int8
from gongkai.inference.messages import listed, translated
from gongkai.inference.report.words import counted
from gongkai.model.errors import GongkaiError
from gongkai.model.exits import Exits

Line = tuple[str, str]
_REQUIREMENT = re.compile(r"(?P<package>[\w.-]+)(?:.*\bextra\s*==\s*['\"](?P<extra>[\w-]+)['\"])?")
_WHOLE = "not used: every token goes through all layers"
_EXACT, _INEXACT = "exact dot products", "no VNNI: sums may saturate, confidences may differ slightly"


def doctor(
    model: Model = None,
) -> None:
    """Say what is installed, which model is used and what the processor can do; exit code 1 if the model cannot be used."""
    emit(_section("installed", [*_needed(), *_extras()]))
    emit(_section("machine", _machine()))
    try:
        emit(_section("settings", _settings()))
        emit(_section("model", _model(model)))
    except (GongkaiError, ImportError) as error:
        emit(_section("model", [("unusable", str(error))]))
        raise typer.Exit(1) from error


def _section(title: str, lines: list[Line]) -> str:
    told = [(translated(name), translated(value)) for name, value in lines]
    width = max(cell_len(name) for name, _ in told)
    return f"{translated(title)}\n" + "".join(f"  {name}{' ' * (width - cell_len(name))}  {value}\n" for name, value in told) + "\n"


def _requirements() -> dict[str, list[str]]:
    """The packages that the project asks for, by extra; those that it cannot do without under the empty name."""
    found: dict[str, list[str]] = {"": ["gongkai"]}
    for line in requires("gongkai") or ():
        if match := _REQUIREMENT.match(line):
            found.setdefault(match["extra"] or "", []).append(match["package"])
    return found


def _needed() -> list[Line]:
    return [(package, _version(package) or "missing: install gongkai again") for package in _requirements()[""]]


def _extras() -> Iterator[Line]:
    for extra, packages in sorted(_requirements().items()):
        if not extra:
            continue
        missing = [package for package in packages if _version(package) is None]
        there = ", ".join(f"{package} {_version(package)}" for package in packages)
        yield f"[{extra}]", f"not installed: {', '.join(missing)} (pip install 'gongkai[{extra}]')" if missing else there


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> list[Line]:
    flags = cpu_flags()
    known = " ".join(name for name in INT8 if name in flags) or "unknown"
    exact = has_exact_int8(flags)
    return [
        ("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("processors", str(os.cpu_count() or "unknown")),
        ("int8", f"{known} ({translated(_EXACT if exact else _INEXACT)})"),
    ]


def _model(folder: Path | None) -> list[Line]:
    from gongkai.inference.current import open_model  # only here: without onnxruntime, the rest must still be told
    from gongkai.inference.kernels.choose import Kernel, choose
    from gongkai.model.exits import read_exits

    checkpoint = open_model(folder, threads=1).checkpoint
    choice = choose(checkpoint.folder)
    return [
        ("folder", str(checkpoint.folder)),
        ("digest", f"{checkpoint.digest[:16]} (every file is as its manifest says)"),
        ("labels", f"{counted(len(checkpoint.classes), 'class', 'classes')}, {len(checkpoint.tags)} tags"),
        ("reads", f"{checkpoint.positions} tokens at a time"),
        ("computed by", f"{choice.kernel}: {choice.reason}"),
        ("early heads", _told(read_exits(checkpoint.folder)) if choice.kernel is Kernel.AMX else _WHOLE),
    ]


def _told(exits: Exits | None) -> str:
    """Where tokens may stop."""
    if exits is None:
        return _WHOLE
    return f"behind layers {listed(map(str, exits.layers))}; a token stops where one is at least {exits.certain:.1%} certain of it and those near it"


def _settings() -> list[Line]:
    from gongkai.inference.predict import window_settings

    return [(name, str(value)) for name, value in window_settings().model_dump().items()]
