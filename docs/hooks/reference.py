"""Pages of the reference, made of the code and its data when the site is built: commands, Python, output, keys, labels."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files as folder
from pathlib import Path
from typing import Any

import typer
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from gongkai.inference.cli import COMMANDS, GROUP
from gongkai.inference.commands.help import in_language
from gongkai.inference.forms import Block, Table, forms
from gongkai.inference.messages import Language, choose_language

ROOT = Path(__file__).parents[2]
PARTS = ("model", "inference", "annotations", "training", "configs")
PUBLIC = {
    "Reading": ("gongkai.inference.Extractor", "gongkai.inference.to_dict", "gongkai.inference.to_rows", "gongkai.inference.to_pandas"),
    "What is found": ("gongkai.inference.results",),
    "Files": ("gongkai.inference.read.document",),
    "Many documents": ("gongkai.inference.batch",),
    "Labels": ("gongkai.model.types", "gongkai.model.labels", "gongkai.inference.predict"),
    "Errors": ("gongkai.model.errors",),
}
"""What programs may rely on, by heading."""


@event_priority(100)  # before mkdocstrings reads its settings
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Docstrings are read from the folders of this checkout, under the names that they are imported by."""
    links = Path(tempfile.mkdtemp(prefix="gongkai-docs-"))
    atexit.register(shutil.rmtree, links, ignore_errors=True)
    (links / "gongkai").mkdir()
    for part in PARTS:
        (links / "gongkai" / part).symlink_to(ROOT / part, target_is_directory=True)
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(links)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for uri, make in REFERENCE.items():
        files.append(File.generated(config, uri, content=make()))
    return files


def commands() -> str:
    """Every command with its arguments and options, as `--help` has them."""
    return _help(Language.EN, "Commands", _COMMANDS)


def commands_zh() -> str:
    """The same in Chinese."""
    return _help(Language.ZH, "命令", _COMMANDS_ZH)


def _help(language: Language, title: str, lead: str) -> str:
    app = typer.Typer(rich_markup_mode=None)
    for name, command in _commands():
        app.add_typer(command, name=name) if isinstance(command, typer.Typer) else app.command(name)(command)
    choose_language(language)
    group = in_language(typer.main.get_group(app))
    choose_language(None)
    context = typer.Context(group, info_name="gongkai")
    parts = [get_docs_for_click(obj=one, ctx=context, indent=1, call_prefix="gongkai", name=name) for name, one in group.commands.items()]
    return _CAPTION.sub("", "\n".join([f"# {title}", "", lead, "", *parts]))


_COMMANDS = (
    "`gongkai [--lang zh|en] COMMAND …`; `gongkai COMMAND --help` says the same as this page. Exit codes: 0 all documents were read, "
    "1 some failed, 2 wrong usage or nothing could be done, 130 interrupted."
)
_COMMANDS_ZH = (
    "`gongkai [--lang zh|en] 命令 …`；`gongkai --lang zh 命令 --help` 显示的与本页相同。退出码：0 全部读出，1 有的没读成，"
    "2 用法有误或什么也没做成，130 被中断。"
)
_CAPTION = re.compile(r"\*\*(?:Usage|Arguments|Options)\*\*:\n\n|\*\*Commands\*\*:\n\n(?:\* .*\n)+\n")


def _commands() -> Iterator[tuple[str, Any]]:
    for name in COMMANDS:
        yield name, getattr(import_module(f"gongkai.inference.commands.{name}"), name)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name not in COMMANDS:
            yield point.name, _loaded(point)


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except ImportError as error:
        raise PluginError(f"the command {point.name} cannot be described ({error}); pip install 'gongkai[annotate,docs,train]'") from error


def python() -> str:
    """The public names with their docstrings."""
    parts = [f"## {title}\n\n" + "\n\n".join(f"::: {name}" for name in names) for title, names in PUBLIC.items()]
    return "\n\n".join(["# Python", *parts]) + "\n"


def output() -> str:
    """The output contract, object by object, and the schema itself."""
    text = (folder("gongkai.configs") / "output.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    lead = (
        f"{schema['description']} `gongkai extract` and `to_dict` give this object, `POST /extract` too. The schema comes with the "
        'package: `importlib.resources.files("gongkai.configs") / "output.schema.json"`.'
    )
    objects = {"A document": schema} | {name: one for name, one in schema["$defs"].items() if "properties" in one}
    parts = [f"## {name}\n\n{_fields(one)}" for name, one in objects.items()]
    return "\n\n".join(["# Output", lead, *parts, "## The schema", f"```json\n{text.rstrip()}\n```"]) + "\n"


def _fields(one: dict[str, Any]) -> str:
    """A table of the fields of an object of the schema."""
    required = one.get("required", ())
    lines = [
        f"| `{name}` | {_kind(kind)} | {'' if name in required else 'may be missing. '}{kind.get('description', '')} |"
        for name, kind in one["properties"].items()
    ]
    return "\n".join(["| field | is | |", "| --- | --- | --- |", *lines])


def _kind(kind: dict[str, Any]) -> str:
    """What a value is, in a few words: `integer or null`, `list of [cell](#cell)`, `"printed" or "blank"`."""
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        return {"offset": "integer", "confidence": "0 to 1", "span": "[start, end]", "key": "[key](keys.md)"}.get(
            name, f"[{name}](#{name})"
        )
    if "enum" in kind:
        return " or ".join(f"`{json.dumps(one)}`" for one in kind["enum"])
    if kind.get("type") == "array":
        return f"list of {_kind(kind['items'])}"
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    return " or ".join(types)


def keys() -> str:
    """Every key of the statutory tables and of the tables before 2019, with its title."""
    parts = [
        f"## Form of {name}\n\n" + "\n\n".join(_block(table, block) for table in form.tables for block in table.blocks)
        for name, form in forms().items()
    ]
    return "\n\n".join(["# Keys of the tables", _KEYS, *parts, *_legacy()]) + "\n"


_KEYS = "A key is `table.row.column`. Titles are the law's words; `configs/forms/` also has the spellings that are recognised."


def _block(table: Table, block: Block) -> str:
    title = f"### {table.section}{', ' + block.title if block.title else ''}"
    columns = " · ".join(f"`{column.key}` {column.title}" for column in block.columns)
    rows = "\n".join(f"| `{table.key}.{row.key}` | {row.title} |" for row in block.rows)
    return f"{title}\n\nColumns: {columns}\n\n| table.row | title |\n| --- | --- |\n{rows}"


def _legacy() -> Iterator[str]:
    old = yaml.safe_load((folder("gongkai.configs.forms") / "legacy.yaml").read_text(encoding="utf-8"))["forms"]
    for form in old:
        rows = "\n".join(f"| `legacy.{row['key']}` | {row['title']} | {'、'.join(row['units'])} |" for row in form["rows"] if "key" in row)
        yield f"## Statistics table of {form['form']}\n\n| key | indicator | units |\n| --- | --- | --- |\n{rows}"


def labels() -> str:
    """The closed label set."""
    kinds = yaml.safe_load((folder("gongkai.configs") / "labels.yaml").read_text(encoding="utf-8"))
    lead = "What the model labels characters with. What deserves which label is settled in [the rule book](../annotation_guide.md)."
    parts = [
        f"## {kind.capitalize()}\n\n| label | is |\n| --- | --- |\n" + "\n".join(f"| `{name}` | {title} |" for name, title in names.items())
        for kind, names in kinds.items()
        if isinstance(names, dict)
    ]
    joint = "\n".join(f"- {', '.join(f'`{name}`' for name in names)}" for names in kinds["joint"])
    return "\n\n".join(["# Labels", lead, *parts, f"## Said together\n\n{joint}"]) + "\n"


REFERENCE: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/commands.zh.md": commands_zh,
    "reference/python.md": python,
    "reference/output.md": output,
    "reference/keys.md": keys,
    "reference/labels.md": labels,
}
"""The pages, and what makes them."""
