import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gongkai.inference.cli import main
from gongkai.training.evaluate import evaluate
from gongkai.training.tiny import random_checkpoint

GOLD = {"id": "a", "text": "收到申请12件", "figures": [{"label": "requests_received", "start": 4, "end": 6}], "entities": []}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("evaluate"))


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def test_tables_are_printed(model: Path, gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(model), str(gold)]) == 0
    printed = capsys.readouterr().out
    for title in ("gold.jsonl: 1 texts", "by wording", "errors", "expected calibration error"):
        assert title in printed


def test_json_and_page_in_one_run(model: Path, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.html"
    assert main(["evaluate", str(model), str(gold), "--json", "--html", str(page), "--worst", "0"]) == 0
    found = json.loads(capsys.readouterr().out)["gold.jsonl"]
    assert (found["texts"], found["worst"]) == (1, [])
    assert found["figures"]["gold"] == 1
    assert "<h2>gold.jsonl</h2>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "gold.jsonl"], "nowhere: no such model folder"),
        (["MODEL", "nowhere.jsonl"], "nowhere.jsonl: no such gold; give JSON Lines"),
        (["MODEL", "GOLD", "--html", "no/such/folder/out.html"], "no/such/folder/out.html: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_way_out(
    arguments: list[str], said: str, model: Path, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [{"MODEL": str(model), "GOLD": str(gold)}.get(argument, argument) for argument in arguments]
    assert main(["evaluate", *given]) != 0
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("a.jsonl", b"", "holds no labelled text"), ("a.json", b"[]", "holds no labelled text"), ("a.jsonl", b"\xd0\xff", "save it as UTF-8")],
)
def test_gold_without_texts_is_refused(model: Path, tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    found = CliRunner().invoke(app(), [str(model), str(tmp_path / name)])
    assert found.exit_code == 1
    assert told in found.stderr
    assert name in found.stderr


def app() -> typer.Typer:
    command = typer.Typer()
    command.command()(evaluate)
    return command
