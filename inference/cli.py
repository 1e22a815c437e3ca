"""The `gongkai` command. Commands are loaded when called, so that none waits for what it does not need.

Those of inference are named here; other parts of the project name theirs in the entry-point group `gongkai.commands`
(`train = "gongkai.training.commands:train"`: a function with typer's annotations, or a `typer.Typer` of several).

Exit codes: 0 all documents read, 1 some failed, 2 wrong usage or nothing could be done, 130 interrupted.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated, Any, Literal, TextIO, cast

import typer

from gongkai.inference.commands.help import in_language
from gongkai.inference.commands.options import Lang
from gongkai.inference.commands.streams import emit, say, speak_utf8
from gongkai.inference.messages import Language, choose_language, language
from gongkai.model.errors import GongkaiError, ModelFallbackWarning

GROUP = "gongkai.commands"
COMMANDS = ("extract", "show", "review", "compare", "panel", "batch", "serve", "samples", "doctor")
USAGE, INTERRUPTED = 2, 130
USAGE_ERROR = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""What wrong command lines raise: click's error, of which typer has a copy of its own since 0.20 and exports only what is below it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: that of the process) and return its exit code. Raises nothing."""
    speak_utf8()
    arguments = _language_first(list(sys.argv[1:] if argv is None else argv))
    try:
        with _warnings_for_people():
            done = in_language(typer.main.get_command(_app(arguments))).main(arguments, prog_name="gongkai", standalone_mode=False)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except GongkaiError as error:
        _complain(str(error))
        return USAGE
    except USAGE_ERROR as error:
        _explain(error)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return done if isinstance(done, int) else 0


def _complain(message: str) -> None:
    say(f"gongkai: {message}")


def _explain(error: Any) -> None:
    """What is wrong with the command line; a call without arguments has been answered with the help."""
    if message := error.format_message():
        _complain(message)
        if error.ctx is not None:
            say(f"`{error.ctx.command_path} --help` says more")


def _language_first(arguments: list[str]) -> list[str]:
    """`arguments` with `--lang` and its value before the command: it may stand anywhere, and the help, too, is in that language."""
    for place, argument in enumerate(arguments):
        length = 2 if argument == "--lang" else 1 if argument.startswith("--lang=") else 0
        if length:
            named = arguments[place : place + length]
            choose_language(next((one for one in Language if named[-1].removeprefix("--lang=") == one), None))
            return [*named, *arguments[:place], *arguments[place + length :]]
    choose_language(None)
    return arguments


@contextmanager
def _warnings_for_people() -> Iterator[None]:
    """Our own warnings as a line on stderr, without the line of code that raised them."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(  # noqa: PLR0913, PLR0917 - the signature is the library's
            message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
        ) -> None:
            if issubclass(category, ModelFallbackWarning):
                _complain(str(message))
            else:
                usual(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        warnings.simplefilter("always", ModelFallbackWarning)
        yield


def _app(arguments: list[str]) -> typer.Typer:
    """The command that `arguments` call; all of them where they call none, for `--help` and for a hint at a name misspelt."""
    markup: Literal["rich"] | None = None if language() is Language.ZH else "rich"  # which cuts off what has no spaces to break at
    app = typer.Typer(
        callback=_gongkai, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=markup
    )
    called = _called(arguments)
    for name in (called,) if called in COMMANDS else COMMANDS:
        _add(app, name, getattr(import_module(f"gongkai.inference.commands.{name}"), name))
    if called not in COMMANDS:
        _add_foreign(app, called)
    return app


def _called(arguments: Sequence[str]) -> str:
    """The first argument that is neither an option nor the language after `--lang`; empty if there is none."""
    pairs = zip(("", *arguments), arguments, strict=False)
    return next((argument for before, argument in pairs if not argument.startswith("-") and before != "--lang"), "")


def _add_foreign(app: typer.Typer, called: str) -> None:
    """The other parts' commands: the one called for use, the others by name alone (what they import may take seconds)."""
    for point in _points():
        if point.name not in COMMANDS:
            _add(app, point.name, _load(point) if point.name == called else _named(point))


def _points() -> Iterable[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except ImportError as error:
        way_out = "install the packages that it needs, `gongkai doctor` names them"
        raise GongkaiError(f"the command {point.name} cannot be loaded ({error}); {way_out}") from error


def _named(point: EntryPoint) -> Callable[[], None]:
    def command() -> None: ...

    command.__doc__ = f"See `gongkai {point.name} --help`."
    return command


def _add(app: typer.Typer, name: str, command: Any) -> None:
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        emit(f"gongkai {version('gongkai')}\n")
        raise typer.Exit


def _gongkai(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    lang: Lang = None,
) -> None:
    """Read the statutory tables and figures of Chinese government-information reports."""
    if lang is not None:
        choose_language(lang)


if __name__ == "__main__":
    sys.exit(main())
