"""Many documents, one after the other: each failure stays with its document, and is told with the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import typer

from gongkai.inference.commands.samples import sample_paths
from gongkai.inference.commands.streams import say
from gongkai.inference.confidence import at_least
from gongkai.inference.extract import Extractor
from gongkai.inference.read.sources import Source, find_documents
from gongkai.inference.results import Extraction
from gongkai.model.errors import DocumentError, GongkaiError

Write = Callable[[Source, Extraction], None]


def chosen(paths: Sequence[str] | None, samples: bool) -> Iterator[Source]:
    """The documents that a command line names, as they are found. Raises a usage error if it names none."""
    if not paths and not samples:
        raise typer.BadParameter("name at least one file or folder, or - for stdin, or use --samples", param_hint="PATH")
    return find_documents([*(paths or ()), *(str(path) for path in (sample_paths() if samples else ()))], warn=say)


def read_all(sources: Iterable[Source], extractor: Extractor, least: float, write: Write, quiet: bool = False) -> int:
    """Extract every source and `write` what it says, without what is below the confidence `least`; the exit code.

    `quiet` leaves out the progress bar, for results that go to the terminal.
    """
    return for_each(sources, lambda source: write(source, at_least(extractor.extract(source.load()), least)), quiet)


def for_each(sources: Iterable[Source], do: Callable[[Source], None], quiet: bool = False) -> int:
    """`do` for every source; one that cannot be read is told of and left out. The exit code: 1 if there was one."""
    outcomes = [_done(source, do) for source in _watched(sources, quiet)]
    failed = outcomes.count(False)
    if failed or len(outcomes) != 1:
        say(f"{len(outcomes) - failed} read, {failed} failed")
    return int(failed > 0)


def _done(source: Source, do: Callable[[Source], None]) -> bool:
    """Whether it could be done; if not, one line on stderr says why. What keeps every document from being done is raised."""
    try:
        do(source)
    except DocumentError as error:
        say(str(error))
    except (GongkaiError, typer.Exit):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document must not cost the others
        say(f"{source.name}: {type(error).__name__}: {error}; this is a fault in gongkai, please report it with the document")
    else:
        return True
    return False


def _watched(sources: Iterable[Source], quiet: bool) -> Iterable[Source]:
    """The sources, with a progress bar on stderr where somebody can see it and it is in nobody's way."""
    if quiet or not sys.stderr.isatty():
        return sources
    known = list(sources)  # a bar needs to know how many there are
    return known if len(known) == 1 else _with_bar(known)


def _with_bar(sources: Sequence[Source]) -> Iterator[Source]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield from progress.track(sources, description="reading")
