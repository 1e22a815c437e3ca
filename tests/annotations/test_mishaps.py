"""What goes wrong between people, a server and the commands: each mishap is told, and the second run loses and doubles nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gongkai.annotations.config import labelling_config
from gongkai.annotations.gold import read_gold_pages
from gongkai.annotations.studio import Studio
from gongkai.annotations.tasks import region
from gongkai.inference.cli import main
from gongkai.model.types import Span

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]  # installing the server has a limit of its own

TEXTS = {"a.txt": "2023年,收到申请5件。", "b.txt": "2023年,办结7件。", "c.txt": "电话:010-12345678"}
FIVE = Span(10, 11, "requests_received")
Run = Any


@pytest.fixture
def studio(label_studio: Any) -> Iterator[Studio]:
    with Studio.connect(label_studio.url, label_studio.token) as connected:
        yield connected


@pytest.fixture
def folder(label_studio: Any, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three pages in `pages`, the working one, beside a project that holds them."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"LABEL_STUDIO_URL": label_studio.url, "LABEL_STUDIO_API_KEY": label_studio.token, "GONGKAI_PROJECT": title}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "pages").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "pages" / name).write_text(text, encoding="utf-8")
    assert main(["annotate", "init"]) == 0
    assert main(["annotate", "push", "pages"]) == 0
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `gongkai annotate`: the exit code, and what it printed and said."""

    def command(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["annotate", *arguments])
        return code, "".join(capsys.readouterr())

    return command


def tasks(studio: Studio, title: str) -> dict[str, int]:
    """The numbers of the tasks by the names of their pages; each page is there once."""
    found = studio.tasks(studio.project(title).id)
    listed = [(Path(task.doc_id).name, task.id) for task in found]
    assert Counter(name for name, _ in listed).most_common(1) in ([], [(listed[0][0], 1)])
    return dict(listed)


def annotate(studio: Studio, task: int, name: str, *spans: Span) -> None:
    studio.client.annotations.create(id=task, result=[region(span, TEXTS[name]) for span in spans])


def gold(folder: Path) -> list[tuple[str, str, tuple[Span, ...]]]:
    """Every page of the gold: its name, who labelled it, and its spans."""
    return [
        (Path(one.page.page.id).name, one.origin.by if one.origin else "", one.page.spans) for one in read_gold_pages(folder / "gold.jsonl")
    ]


class Colleague:
    """A second person with an account of her own, who works through the pages of the server as a browser does."""

    def __init__(self, http: httpx.Client, token: str, address: str) -> None:
        self.http = http
        invitation = http.get("/api/invite", headers={"Authorization": f"Token {token}"}).raise_for_status().json()["invite_url"]
        self.http.get(invitation).raise_for_status()
        form = {"email": address, "password": "another horse battery", "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        self.http.post(invitation, data=form).raise_for_status()
        assert self.http.get("/api/current-user/whoami").raise_for_status().json()["email"] == address

    def annotate(self, task: int, name: str, *spans: Span) -> None:
        body = {"result": [region(span, TEXTS[name]) for span in spans]}
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        self.http.post(f"/api/tasks/{task}/annotations/", json=body, headers=headers).raise_for_status()


@pytest.fixture
def colleague(label_studio: Any, title: str) -> Iterator[Colleague]:
    with httpx.Client(base_url=label_studio.url, timeout=60, follow_redirects=True) as http:
        yield Colleague(http, label_studio.token, f"li-{title[-6:]}@example.org")


def test_two_people_at_one_task(colleague: Colleague, studio: Studio, title: str, folder: Path, run: Run) -> None:
    numbers = tasks(studio, title)
    annotate(studio, numbers["a.txt"], "a.txt", FIVE)
    colleague.annotate(numbers["a.txt"], "a.txt", Span(FIVE.start, FIVE.end, "requests_handled"))
    colleague.annotate(numbers["b.txt"], "b.txt")
    code, said = run("pull")
    assert code == 1
    assert f"2 annotations differ (by annotator@example.org, li-{title[-6:]}@example.org) at requests_handled [10, 11)" in said
    assert f"/data?task={numbers['a.txt']}: " in said
    assert gold(folder) == [("b.txt", f"li-{title[-6:]}@example.org", ())]
    (first, _) = studio.client.annotations.list(id=numbers["a.txt"])
    studio.client.annotations.update(id=int(first.id or 0), ground_truth=True)
    code, said = run("pull")
    assert (code, (folder / "gold.quarantine.jsonl").exists()) == (0, False)
    starred = gold(folder)
    assert [name for name, _, _ in starred] == ["a.txt", "b.txt"]
    assert len(starred[0][2]) == 1
    before = (folder / "gold.jsonl").read_bytes()
    assert run("pull")[0] == 0
    assert (folder / "gold.jsonl").read_bytes() == before


def test_a_server_that_goes_away_takes_no_gold_along(label_studio: Any, studio: Studio, title: str, folder: Path, run: Run) -> None:
    numbers = tasks(studio, title)
    annotate(studio, numbers["a.txt"], "a.txt", FIVE)
    assert run("pull")[0] == 0
    before = {path.name: path.read_bytes() for path in folder.glob("gold*")}
    annotate(studio, numbers["b.txt"], "b.txt")
    label_studio.stop()
    try:
        for command in (["init"], ["push", "pages"], ["push", "--renew"], ["status"], ["pull"]):
            code, said = run(*command)
            assert code == 2
            assert "no answer to rely on" in said
            assert "see that the server runs and run the command again" in said
    finally:
        label_studio.start()
    assert {path.name: path.read_bytes() for path in folder.glob("gold*")} == before
    assert run("pull")[0] == 0
    assert [name for name, _, _ in gold(folder)] == ["a.txt", "b.txt"]
    assert "0 new, 0 predicted again, 3 there already" in run("push", "pages")[1]
    assert tasks(studio, title) == numbers


def test_a_wrong_token_changes_nothing(studio: Studio, title: str, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = tasks(studio, title)
    (folder / "pages" / "d.txt").write_text("又一页", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
        for command in (["init"], ["push", "pages"], ["status"], ["pull"]):
            code, said = run(*command)
            assert code == 2
            assert "refused the token (401: Invalid token.); copy a token from Account & Settings into LABEL_STUDIO_API_KEY" in said
    assert tasks(studio, title) == numbers
    assert not (folder / "gold.jsonl").exists()
    assert "1 new, 0 predicted again, 3 there already" in run("push", "pages")[1]


def test_a_project_that_was_changed_by_hand(studio: Studio, title: str, folder: Path, run: Run) -> None:
    numbers, project = tasks(studio, title), studio.project(title).id
    annotate(studio, numbers["a.txt"], "a.txt", FIVE)
    annotate(studio, numbers["b.txt"], "b.txt")
    assert run("pull")[0] == 0
    before = gold(folder)

    studio.client.projects.update(project, label_config=labelling_config().replace('alias="phone"', 'alias="telephone"'))
    for command in (["push", "pages"], ["status"], ["pull"]):
        code, said = run(*command)
        assert code == 2
        assert f"lacks the labels phone; `gongkai annotate init --project {project}` puts the labelling page back" in said
    assert run("init", "--project", str(project))[0] == 0

    studio.client.tasks.delete(id=str(numbers["b.txt"]))
    studio.client.tasks.update(str(numbers["a.txt"]), data={"text": "别的", "doc_id": "a.txt", "sha256": "0" * 64})
    code, said = run("pull")
    assert (code, "the text was changed after it was pushed" in said) == (1, True)
    assert gold(folder) == before, "what was pulled stays: the server no longer holds these texts"
    assert "2 new, 0 predicted again, 1 there already" in run("push", "pages")[1]
    assert "0 new, 0 predicted again, 3 there already" in run("push", "pages")[1]

    studio.client.projects.update(project, title=f"{title} renamed")
    code, said = run("push", "pages")
    assert (code, "make it with `gongkai annotate init`, or name its number" in said) == (2, True)
    assert "0 new, 0 predicted again, 3 there already" in run("push", "pages", "--project", str(project))[1]


def test_an_export_of_another_project(studio: Studio, title: str, folder: Path, run: Run) -> None:
    numbers = tasks(studio, title)
    annotate(studio, numbers["a.txt"], "a.txt", FIVE)
    assert run("pull")[0] == 0
    before = gold(folder)
    config = '<View><Text name="t" value="$words"/><Choices name="c" toName="t"><Choice value="x"/></Choices></View>'
    other: Any = studio.client.projects.create(title=f"{title} other", label_config=config)
    studio.import_tasks(other.id, [{"data": {"words": "x"}}])
    (folder / "other.json").write_text(json.dumps(studio.export(other.id)), encoding="utf-8")
    code, said = run("pull", "--export", "other.json")
    assert (code, "none of its 1 tasks was pushed by gongkai" in said, "is it the export of another project?" in said) == (2, True, True)
    assert gold(folder) == before

    assert run("init", "--project", f"{title} second")[0] == 0
    (folder / "more").mkdir()
    (folder / "more" / "z.txt").write_text(TEXTS["c.txt"] + "。", encoding="utf-8")
    assert run("push", "more", "--project", f"{title} second")[0] == 0
    second = studio.project(f"{title} second").id
    ((task, data),) = [(one.id, one.text) for one in studio.tasks(second)]
    studio.client.annotations.create(id=task, result=[region(Span(3, 15, "phone"), data)])
    (folder / "second.json").write_text(json.dumps(studio.export(second)), encoding="utf-8")
    for _ in range(2):
        code, said = run("pull", "--export", "second.json")
        assert (code, "1 corrected page, and 1 that were there and that this project does not hold" in said) == (0, True)
        assert sorted(name for name, _, _ in gold(folder)) == ["a.txt", "z.txt"]
    assert f"/projects/{second}/data?task={task}" in (folder / "gold.jsonl").read_text(encoding="utf-8")
