"""`gongkai review`: pages on which a person checks what was read against its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.commands.options import Model, Paths, Samples
from gongkai.inference.commands.run import chosen, for_each
from gongkai.inference.commands.streams import say
from gongkai.inference.extract import Extractor
from gongkai.inference.messages import Language, language
from gongkai.inference.read.sources import Source
from gongkai.inference.report.review.html import Lang
from gongkai.inference.report.review.index import Entry, entry_of, render_index
from gongkai.inference.report.review.page import render_page
from gongkai.inference.report.review.review import review_of
from gongkai.inference.write import prepare_folder, write_whole

_INDEX, _PAGES = "index.html", "pages"


def review(
    paths: Paths = None,
    out: Annotated[
        Path, typer.Option(metavar="FILE.html|DIR", help="One page for one document; a folder of pages with an index for several.")
    ] = Path("review.html"),
    model: Model = None,
    samples: Samples = False,
) -> None:
    """Write pages that show the tables of documents beside their sources, for checking and correcting in a browser.

    They are first shown in the language of --lang; a button switches.
    """
    sources = list(chosen(paths, samples))
    whole = out.suffix.lower() not in (".html", ".htm")
    if len(sources) > 1 and not whole:
        raise typer.BadParameter(f"{len(sources)} documents make several pages; name a folder instead of {out}", param_hint="--out")
    folder = out / _PAGES if whole else out.parent
    prepare_folder(folder)
    pages = Pages(folder, Extractor.from_pretrained(model), _code(language()), None if whole else out.name)
    code = for_each(sources, pages.write)
    if pages.entries:
        if whole:
            write_whole(out / _INDEX, render_index(pages.entries, pages.language))
        say(f"open {out / _INDEX if whole else out} in a browser")
    raise typer.Exit(code)


@dataclass(slots=True)
class Pages:
    """Writes the page of one document after the other into `folder`, and keeps what the index needs.

    `only` is the name of the one page that is written where there is no index.
    """

    folder: Path
    extractor: Extractor
    language: Lang
    only: str | None
    entries: list[Entry] = field(default_factory=list)

    def write(self, source: Source) -> None:
        """Read `source` and write its page, whole or not at all. Raises DocumentError if it cannot be read."""
        found = review_of(self.extractor.read(source.load()))
        name = self.only or f"{source.stem}.html"
        write_whole(self.folder / name, render_page(found, self.language, None if self.only else f"../{_INDEX}"))
        self.entries.append(entry_of(found, f"{_PAGES}/{name}"))


def _code(language: Language) -> Lang:
    return "zh" if language is Language.ZH else "en"
