"""The ML backend's calls, and the retraining that corrections start."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gongkai.annotations.backend import HEADER, Model, create_app
from gongkai.annotations.predictions import Annotator
from gongkai.annotations.retrain import NEVER, Trainer, Watcher
from gongkai.model.errors import CheckpointError, ConfigError, StudioAwayError
from gongkai.model.types import LabelledPage, Page, Span

SECRET = "open sesame"  # noqa: S105 - of this test
START = datetime(2025, 1, 2, tzinfo=UTC)


class First:
    """Labels the first character; a text with ! breaks it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        self.texts += [page.text for page in pages]
        if "!" in pages[0].text:
            raise IndexError("out of range")
        return [LabelledPage(page, (Span(0, 1, "value", 0.25),)) for page in pages]


@pytest.fixture
def labeller() -> First:
    return First()


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def client(labeller: First, events: list[str]) -> Iterator[TestClient]:
    app = create_app(Model(lambda: Annotator(labeller, "tiny-1")), SECRET, events.append)
    with TestClient(app, headers={HEADER: SECRET}) as connected:
        yield connected


def task(text: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"text": text, "doc_id": "d"}}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "health"), ("POST", "setup"), ("POST", "predict"), ("POST", "webhook"), ("GET", "versions")]
)
@pytest.mark.parametrize(
    "wrong", [{HEADER: "open"}, {HEADER: ""}, {"Authorization": "Basic !"}, {"Authorization": "Basic Z29uZ2thaTpubw=="}]
)
def test_nobody_is_answered_without_the_secret(client: TestClient, method: str, path: str, wrong: dict[str, str]) -> None:
    assert client.request(method, path, headers={HEADER: "", **wrong}, json={} if method == "POST" else None).status_code == 401


def test_label_studio_gives_the_secret_as_a_password(client: TestClient) -> None:
    assert client.get("/health", headers={HEADER: ""}, auth=("gongkai", SECRET)).json() == {"status": "UP"}


def test_setup_and_versions_name_the_model(client: TestClient) -> None:
    assert client.post("/setup", json={"project": "2.179", "access_token": "t"}).json() == {"model_version": "tiny-1"}
    assert client.get("/versions").json() == {"versions": ["tiny-1"]}


def test_a_whole_batch_is_answered_in_its_order(client: TestClient) -> None:
    answer = client.post("/predict", json={"tasks": [task("5件"), task("a!"), task(None), "x", task("七件")]}).json()["results"]
    assert [[region["value"]["text"] for region in one["result"]] for one in answer] == [["5"], [], [], [], ["七"]]
    assert [one["score"] for one in answer] == [0.25, 0.0, 0.0, 0.0, 0.25]
    assert {one["model_version"] for one in answer} == {"tiny-1"}


def test_a_page_is_labelled_once(client: TestClient, labeller: First) -> None:
    for _ in range(3):
        client.post("/predict", json={"tasks": [task("5件")]})
    assert labeller.texts == ["5件"]


def test_a_question_without_tasks_is_refused(client: TestClient) -> None:
    assert client.post("/predict", json={}).status_code == 400


def test_events_are_passed_on_at_once(client: TestClient, events: list[str]) -> None:
    assert client.post("/webhook", json={"action": "ANNOTATION_CREATED"}).json() == {}
    assert client.post("/webhook", json={"action": "START_TRAINING"}).json()["job"]
    assert events == ["ANNOTATION_CREATED", "START_TRAINING"]


def test_a_model_that_changed_on_disk_is_opened_again(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest"
    manifest.write_text("1", encoding="utf-8")
    versions = iter(["m1", "m2"])
    model = Model(lambda: Annotator(First(), next(versions)), manifest)
    assert (model.version(), model.version()) == ("m1", "m1")
    replacement = tmp_path / "new"
    replacement.write_text("2", encoding="utf-8")
    replacement.replace(manifest)
    assert (model.version(), model.predict("", "5")["model_version"]) == ("m2", "m2")
    manifest.unlink()
    assert model.version() == "m2"


def test_a_model_that_cannot_be_opened_leaves_the_one_before(tmp_path: Path) -> None:
    def load() -> Annotator:
        if manifest.read_text(encoding="utf-8") == "broken":
            raise CheckpointError("broken")
        return Annotator(First(), "m1")

    manifest = tmp_path / "manifest"
    manifest.write_text("broken", encoding="utf-8")
    model = Model(load, manifest)
    with pytest.raises(CheckpointError):
        model.version()
    manifest.write_text("whole!", encoding="utf-8")
    assert model.version() == "m1"
    manifest.write_text("broken", encoding="utf-8")
    assert model.version() == "m1"


def trainer(folder: Path, after: int = 3, code: str = "open('ran', 'a').write('x')") -> Trainer:
    return Trainer((sys.executable, "-c", f"import os; os.chdir({str(folder)!r}); {code}"), after, folder / "state.json")


def hours(*numbers: int) -> list[datetime]:
    return [START + timedelta(hours=number) for number in numbers]


def finish(one: Trainer) -> None:
    assert one._running is not None
    one._running.wait(30)


def test_a_training_starts_after_so_many_corrections_and_counts_anew(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    assert one.since() == NEVER
    assert not one.consider(hours(1, 2))
    assert one.consider(hours(3, 1, 2))
    finish(one)
    assert (tmp_path / "ran").read_text(encoding="utf-8") == "x"
    assert json.loads((tmp_path / "state.json").read_text(encoding="utf-8")) == {"since": "2025-01-02T03:00:00+00:00"}
    again = trainer(tmp_path)
    assert not again.consider(hours(1, 2, 3, 4, 5))
    assert again.consider(hours(1, 2, 3, 4, 5, 6))
    finish(again)


def test_there_is_one_training_at_a_time(tmp_path: Path) -> None:
    one = trainer(tmp_path, 1, "import time; time.sleep(0.4)")
    assert one.consider(hours(1))
    assert not one.consider(hours(1, 2))
    finish(one)
    assert one.consider(hours(1, 2)), "what came in the meantime was forgotten"
    finish(one)


def test_a_training_that_fails_waits_for_further_corrections(tmp_path: Path) -> None:
    one = trainer(tmp_path, 2, "raise SystemExit(3)")
    assert one.consider(hours(1, 2))
    finish(one)
    assert not one.consider(hours(1, 2))
    assert one.consider(hours(1, 2), asked=True), "somebody asked"
    finish(one)


def test_without_a_command_nothing_is_started(tmp_path: Path) -> None:
    assert not Trainer((), 1, tmp_path / "state.json").consider(hours(1), asked=True)


def test_a_state_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    one.state.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"state\.json: not the state of a backend"):
        one.since()


def test_an_event_wakes_the_watcher_and_a_wish_survives_a_server_that_is_away() -> None:
    asked: list[bool] = []

    def look(wanted: bool) -> None:
        asked.append(wanted)
        if len(asked) == 2:
            raise StudioAwayError("away")

    def wait_for(count: int) -> None:
        deadline = time.monotonic() + 10
        while len(asked) < count and time.monotonic() < deadline:
            time.sleep(0.01)

    watcher = Watcher(look, 60)
    thread = watcher.start()
    wait_for(1)
    for action, count in (("START_TRAINING", 2), ("ANNOTATION_CREATED", 3), ("ANNOTATION_CREATED", 4)):
        watcher.notify(action)
        wait_for(count)
    watcher.stop()
    thread.join(10)
    assert asked[:4] == [False, True, True, False]
