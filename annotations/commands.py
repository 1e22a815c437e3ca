"""`gongkai annotate init | push | status | pull | backend`: pages to Label Studio and back.

The server's address and the token come from LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY, as for its own tools.
"""

from __future__ import annotations

import logging
import secrets
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gongkai.annotations.push import Predict, Pushed, Pusher
from gongkai.annotations.setting_up import ensure_project
from gongkai.annotations.status import progress_of, status_lines
from gongkai.annotations.studio import Studio, check_ours
from gongkai.annotations.tasks import TaskPage, page_of
from gongkai.inference.commands.options import Model, Samples
from gongkai.inference.commands.run import chosen
from gongkai.inference.commands.streams import say, tell
from gongkai.inference.messages import listed, translated
from gongkai.inference.report.words import counted
from gongkai.model.checkpoint import MANIFEST
from gongkai.model.errors import DocumentError, MissingExtraError, StudioAccessError
from gongkai.model.registry import model_folder, registry

if TYPE_CHECKING:
    from gongkai.annotations.predictions import Annotator
    from gongkai.annotations.pull import Files, Pulled
    from gongkai.annotations.returned import Place

annotate = typer.Typer(no_args_is_help=True, help="Send pages to Label Studio, get the corrected ones back, answer its questions.")

DEFAULT_PROJECT = "gongkai"
LOOPBACK = "127.0.0.1"
Url = Annotated[str, typer.Option("--url", envvar="LABEL_STUDIO_URL", metavar="URL", help="Where Label Studio is.")]
Token = Annotated[str, typer.Option("--token", envvar="LABEL_STUDIO_API_KEY", metavar="TOKEN", help="Better in the environment.")]
ProjectName = Annotated[str, typer.Option("--project", envvar="GONGKAI_PROJECT", metavar="TITLE", help="Title or number of the project.")]
Pages = Annotated[list[str] | None, typer.Argument(metavar="PATH...", help="Text, HTML or .jsonl files, folders of them, or - for stdin.")]
LOCAL = "http://127.0.0.1:8080"


@annotate.command("init")
def init(url: Url = LOCAL, token: Token = "", project: ProjectName = DEFAULT_PROJECT) -> None:
    """Make a project with the labelling page of the label set, or bring the page of one up to date."""
    with _connected(url, token) as studio:
        found, done = ensure_project(studio, project)
        tell(f"project {found.id} ({found.title}): {translated(done)}")
        tell(f"{studio.url}/projects/{found.id}")


@annotate.command("push")
def push(
    paths: Pages = None,
    url: Url = LOCAL,
    token: Token = "",
    project: ProjectName = DEFAULT_PROJECT,
    model: Model = None,
    samples: Samples = False,
    renew: Annotated[bool, typer.Option("--renew", help="Predict the open tasks again with this model; needs no PATH.")] = False,
) -> None:
    """Send pages with what the model says of them. A page that is there already is not sent twice."""
    sources = chosen(paths, samples) if paths or samples or not renew else iter(())
    with _connected(url, token) as studio:
        found = studio.project(project)
        check_ours(found)
        annotator = _annotator(model)
        pusher = Pusher(studio, found, careful(annotator), annotator.version)
        reader = Reader(sources)
        done = _summed(pusher.push(reader.pages()))
        done += _summed(pusher.renew()) if renew else Pushed()
        say(f"{done.new} new, {done.renewed} predicted again, {done.unchanged} there already, {reader.failed} could not be read")
        if done.new or done.renewed or annotator.version == found.model_version:
            tell(pusher.show())
    raise typer.Exit(int(reader.failed > 0))


@annotate.command("status")
def status(url: Url = LOCAL, token: Token = "", project: ProjectName = DEFAULT_PROJECT) -> None:
    """Say how many tasks are labelled and what is to do."""
    with _connected(url, token) as studio:
        found = studio.project(project)
        check_ours(found)
        tab = studio.tab_link(found.id, studio.ordered_tab(found.id))
        for line in status_lines(found, progress_of(studio.tasks(found.id)), tab):
            tell(line)


@annotate.command("pull")
def pull(
    url: Url = LOCAL,
    token: Token = "",
    project: ProjectName = DEFAULT_PROJECT,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The gold that is written.")] = Path("gold.jsonl"),
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read this export of Label Studio instead of asking the server.")
    ] = None,
) -> None:
    """Write corrected pages as gold, and beside it what does not fit and what was changed; exit code 1 if something did not fit."""
    from gongkai.annotations.pull import Files, read_export
    from gongkai.annotations.pull import pull as write_gold

    records: Sequence[Mapping[str, Any]]
    if export:
        records, place, source = read_export(export), _place(f"{url.rstrip('/')}/projects/{{project}}/data?task={{task}}", {}), str(export)
    else:
        with _connected(url, token) as studio:
            found = studio.project(project)
            check_ours(found)
            place = _place(studio.task_link(found.id, "{task}"), studio.people())
            records, source = studio.export(found.id), f"project {found.id} ({found.title})"
    pulled = write_gold(records, place, out, source)
    _tell(pulled, Files(out))
    raise typer.Exit(int(bool(pulled.refused)))


@annotate.command("backend")
def backend(
    url: Url = LOCAL,
    token: Token = "",
    project: Annotated[str, typer.Option(envvar="GONGKAI_PROJECT", metavar="TITLE", help="Register with this project, watch it.")] = "",
    model: Model = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 9090,
    address: Annotated[str, typer.Option(metavar="URL", help="Where Label Studio finds it; default http://HOST:PORT.")] = "",
    secret: Annotated[str, typer.Option(envvar="GONGKAI_SECRET", metavar="TEXT", help="Better in the environment.")] = "",
    retrain: Annotated[str, typer.Option(metavar="COMMAND", help="What to start after so many corrections.")] = "",
    after: Annotated[int, typer.Option(min=1, help="Corrected pages between two trainings.")] = 30,
    state: Annotated[Path, typer.Option(metavar="FILE", help="Remembers what was trained on.")] = Path("gongkai-backend.json"),
    interval: Annotated[float, typer.Option(min=1, help="Seconds between two looks at the project.")] = 60,
) -> None:
    """Answer Label Studio: label pages when they are opened, count corrections, start trainings."""
    settings = {"address": address or f"http://{host}:{port}", "secret": secret or secrets.token_urlsafe(24)}
    if not secret:
        say(f"the secret for this run is {settings['secret']} (set GONGKAI_SECRET to keep one)")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of every question to the server
    try:
        from gongkai.annotations import serve
    except ImportError as error:
        raise MissingExtraError("the ML backend", "annotate") from error
    watched = serve.Watched(lambda: _connected(url, token), project, settings["address"], settings["secret"])
    trainer = serve.Trainer(tuple(shlex.split(retrain)), after, state)
    serve.serve(serve.Model(lambda: _annotator(model), _changes_with(model)), watched, trainer, serve.Listening(host, port, interval))


class Reader:
    """Reads documents one after the other; one that cannot be read is told of, counted and passed over."""

    def __init__(self, sources: Iterable[Any]) -> None:
        self.sources = sources
        self.failed = 0

    def pages(self) -> Iterator[TaskPage]:
        """The pages that can be read."""
        for source in self.sources:
            try:
                yield page_of(source.load())
            except DocumentError as error:
                self.failed += 1
                say(str(error))


def careful(annotator: Annotator) -> Predict:
    """Predictions of `annotator`; a page that it cannot label is told of and goes without labels, so that it costs no other."""

    def predict(name: str, text: str) -> dict[str, Any]:
        try:
            return annotator.predict(name, text)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one page must not cost the others
            say(
                f"{name}: sent without labels ({type(error).__name__}: {error}); this is a fault in gongkai, please report it with the page"
            )
            return {"model_version": annotator.version, "score": 0.0, "result": []}

    return predict


@contextmanager
def _connected(url: str, token: str) -> Iterator[Studio]:
    if not token:
        raise StudioAccessError("no token: copy one from Account & Settings of Label Studio into LABEL_STUDIO_API_KEY")
    with Studio.connect(url, token) as studio:
        yield studio


def _annotator(model: Path | None) -> Annotator:
    from gongkai.annotations.predictions import Annotator
    from gongkai.inference.current import open_model  # only here: asking for the status needs no network

    return Annotator.of(open_model(model))


def _changes_with(model: Path | None) -> Path:
    """The file that changes when the model does: its manifest, or the list of promotions."""
    return model_folder(model) / MANIFEST if model else registry().pointer


def _place(link: str, people: dict[int, str]) -> Place:
    from gongkai.annotations.returned import Place

    return Place(link, people)


def _summed(batches: Iterable[Pushed]) -> Pushed:
    """All batches together, with a line on stderr for each where somebody is watching."""
    done = Pushed()
    for batch in batches:
        done += batch
        if sys.stderr.isatty():
            say(f"{done.pages} pages")
    return done


def _tell(pulled: Pulled, files: Files) -> None:
    corrected = counted(len(pulled.returned), "corrected page")
    kept = f"{corrected}, and {pulled.kept} that were there and that this project does not hold"
    tell(f"{files.gold}: {kept if pulled.kept else corrected}")
    tell(f"spans: {listed(f'{count} {kind}' for kind, count in sorted(pulled.kinds.items())) or 'none'} ({files.changes})")
    if pulled.left:
        tell(f"left out: {listed(f'{count} {why}' for why, count in sorted(pulled.left.items()))}")
    for page in pulled.returned:
        for note in page.notes:
            say(f"{page.gold.origin.task if page.gold.origin else page.gold.page.page.id}: {note}")
    for refused in pulled.refused:
        say(f"{refused.task}: {refused.doc_id}: {'; '.join(refused.reasons)}")
    if pulled.refused:
        say(f"{counted(len(pulled.refused), 'task')} did not fit: {files.quarantine}")
    if pulled.removed:
        say(f"{counted(pulled.removed, 'page')} no longer in the gold: no longer labelled, or no longer fitting")
    if pulled.foreign:
        say(f"{counted(pulled.foreign, 'task')} not pushed by gongkai left out")
