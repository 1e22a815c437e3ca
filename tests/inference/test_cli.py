"""The command line: what goes to stdout and stderr, exit codes, and files."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import docx
import pytest

from gongkai.inference import cli
from gongkai.inference.cli import main
from gongkai.inference.commands import samples, streams
from gongkai.inference.extract import Extractor
from gongkai.model.types import LabelledPage, Page, Span

PAGE = "收到政府信息公开申请{}件"


class Fake:
    """Labels 申请N件."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        if "fault" in pages[0].text:
            raise IndexError("out of range")
        return [
            LabelledPage(page, tuple(Span(*match.span(1), "requests_received", 0.95) for match in re.finditer(r"申请(\d+)件", page.text)))
            for page in pages
        ]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two pages, and an extractor that needs no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(Extractor, "from_pretrained", lambda *_: Extractor(Fake()))
    for name, number in (("a", 5), ("b", 7)):
        (tmp_path / f"{name}.txt").write_text(PAGE.format(number), encoding="utf-8")
    return tmp_path


def test_one_file_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt"]) == 0
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert (record["source"], record["figures"][0]["value"], err) == ("a.txt", 5, "")


def test_json_lines_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "b.txt", "--format", "jsonl"]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["source"] for line in out.splitlines()] == ["a.txt", "b.txt"]
    assert err == "2 read, 0 failed\n"


def test_csv_has_one_header(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "b.txt", "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "source,kind,key,value,status,text,start,end,confidence"
    assert [line for line in lines if ",figure," in line] == [
        "a.txt,figure,requests_received,5,printed,5,10,11,0.95",
        "b.txt,figure,requests_received,7,printed,7,10,11,0.95",
    ]


def test_csv_files_are_told_as_utf8_to_spreadsheets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "--format", "csv", "--out", "out"]) == 0
    written = (folder / "out" / "a.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfsource,kind,key,")
    assert main(["extract", "a.txt", "--format", "csv"]) == 0
    assert capsys.readouterr().out == written.decode("utf-8-sig")
    assert main(["compare", "a.txt", "b.txt", "--format", "csv", "--out", "both.csv"]) == 0
    assert (folder / "both.csv").read_bytes().startswith(b"\xef\xbb\xbfkind,key,title,")


def test_a_failed_document_leaves_the_others_unharmed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "c.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (folder / "d.txt").write_text("fault", encoding="utf-8")
    assert main(["extract", "none.txt", "a.txt", "c.txt", "d.txt", "b.txt", "--out", "out"]) == 1
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0] == "none.txt: there is no such file; check the path"
    assert lines[1].startswith("c.txt: ")
    assert lines[2] == "d.txt: IndexError: out of range; this is a fault in gongkai, please report it with the document"
    assert lines[3:] == ["2 read, 3 failed"]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize(("name", "suffix"), [("json", ".json"), ("jsonl", ".jsonl"), ("csv", ".csv"), ("table", ".txt")])
def test_one_file_for_each_document(name: str, suffix: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["extract", ".", "--out", "out/deep", "--format", name]) == 0
    assert capsys.readouterr().out == ""
    assert sorted(path.name for path in (folder / "out/deep").iterdir())[:2] == [f"a{suffix}", f"b{suffix}"]


def test_the_same_page_gives_the_same_bytes(folder: Path) -> None:
    main(["extract", "a.txt", "--out", "one"])
    main(["extract", "b.txt", "a.txt", "--out", "two"])
    assert (folder / "one/a.json").read_bytes() == (folder / "two/a.json").read_bytes()


def test_records_with_hostile_names_stay_in_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["../../x", "/etc/passwd", "nul", "甲" * 300, "a\nb", "same", "SAME"]
    (folder / "r.jsonl").write_text("".join(json.dumps({"id": name, "text": PAGE.format(1)}) + "\n" for name in names), encoding="utf-8")
    assert main(["extract", "r.jsonl", "--out", "out"]) == 0
    written = list((folder / "out").iterdir())
    assert len(written) == len(names)
    assert all(path.is_file() and path.parent == folder / "out" for path in written)
    assert "SAME: its output would be called SAME" in capsys.readouterr().err


def test_a_bad_record_is_one_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "r.jsonl").write_text(json.dumps({"id": "x", "text": PAGE.format(1)}) + "\n{}\n", encoding="utf-8")
    assert main(["extract", "r.jsonl", "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert re.fullmatch(r"r\.jsonl, line 2: [^\n]+\n1 read, 1 failed\n", err)


def test_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.format(3).encode("gb18030"))))
    assert main(["extract", "-"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["source"], record["figures"][0]["value"]) == ("stdin", 3)


def test_values_below_the_confidence_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "--min-confidence", "0.99"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["cells"], record["figures"]) == ([], [])
    assert record["warnings"] == ["2 of 2 values are left out: confidence below 0.99"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["extract"], "PATH"),
        (["show"], "PATH"),
        (["extract", "a.txt", "--format", "xml"], "json"),
        (["extract", "a.txt", "--min-confidence", "2"], "min-confidence"),
        (["extract", "a.txt", "--wrong"], "--wrong"),
        (["exract", "a.txt"], "exract"),
        ([], "Usage"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert message in out + err
    assert '"cells"' not in out


def test_a_folder_that_cannot_be_written_is_told_before_any_work(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Extractor, "from_pretrained", lambda *_: pytest.fail("the model was opened"))
    assert main(["extract", "a.txt", "--out", "a.txt"]) == 2
    assert re.fullmatch(r"gongkai: a\.txt: cannot write results there \(.+\); choose another folder with --out\n", capsys.readouterr().err)


def test_a_model_that_cannot_be_used_is_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.undo()
    assert main(["extract", __file__, "--model", "nothing"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gongkai: nothing: no such model folder;")


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "a.txt"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == ["(agency not found)", "a.txt · no form"]
    assert "收到和处理政府信息公开申请情况\n\n" in out
    assert "\x1b" not in out
    assert err == ""
    assert main(["extract", "a.txt", "--format", "table"]) == 0
    assert capsys.readouterr().out == out


def test_samples(monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "samples").mkdir()
    (folder / "samples/一.txt").write_text(PAGE.format(4), encoding="utf-8")
    monkeypatch.setattr(samples, "files", lambda _: folder)
    assert main(["samples"]) == 0
    assert capsys.readouterr().out == f"{folder / 'samples/一.txt'}\n"
    assert main(["extract", "--samples", "--out", "out"]) == 0
    assert [path.name for path in (folder / "out").iterdir()] == ["一.json"]
    (folder / "samples/一.txt").unlink()
    assert main(["samples"]) == 2
    assert "no sample pages there" in capsys.readouterr().err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"gongkai \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in cli.COMMANDS)


def test_doctor_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--model", "nothing"]) == 1
    out = capsys.readouterr().out
    assert {"onnxruntime", "window"} <= set(out.split())
    assert re.search(r"model\n  unusable  nothing: no such model folder;", out)


def test_commands_of_other_parts_are_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    there = EntryPoint("locate", "test_cli_plugin:command", cli.GROUP)
    gone = EntryPoint("gone", "no_such_module:command", cli.GROUP)
    plugin = type(sys)("test_cli_plugin")
    plugin.command = lambda: streams.emit("found\n")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "test_cli_plugin", plugin)
    monkeypatch.setattr(cli, "_points", lambda: [gone, there])
    assert main(["locate"]) == 0
    assert capsys.readouterr().out == "found\n"
    assert main(["gone"]) == 2
    assert "gongkai: the command gone cannot be loaded (No module named 'no_such_module');" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "See `gongkai gone --help`." in capsys.readouterr().out


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> Extractor:
        raise KeyboardInterrupt

    monkeypatch.setattr(Extractor, "from_pretrained", interrupted)
    assert main(["extract", "a.txt"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def _process(code: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment})


def test_a_reader_that_leaves_is_no_error() -> None:
    code = "from gongkai.inference.commands.streams import emit\nimport typer\n"
    code += "try:\n    [emit('x' * 99999) for _ in range(99)]\nexcept typer.Exit as left:\n    raise SystemExit(left.exit_code)"
    with _process(code) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_utf8_whatever_the_locale() -> None:
    code = "from gongkai.inference.commands.streams import emit, say, speak_utf8\nspeak_utf8()\nemit('\\u53bf\\ud800')\nsay('\\u4e61\\x1b')"
    with _process(code, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii", PYTHONCOERCECLOCALE="0") as process:
        assert process.communicate() == ("县\\ud800".encode(), "乡�\n".encode())


def test_extract_loads_nothing_heavy() -> None:
    code = "import sys\nimport gongkai.inference.commands.extract\nimport gongkai.inference.cli\n"
    code += "print(sorted({'torch', 'transformers', 'pandas', 'onnxruntime', 'jinja2', 'rich'} & set(sys.modules)))"
    with _process(code) as process:
        assert process.communicate() == (b"[]\n", b"")


def test_the_text_that_offsets_count_in_is_kept_beside_the_results(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = docx.Document()
    document.add_paragraph("本年")
    document.add_paragraph(PAGE.format(9))
    document.save(str(folder / "c.docx"))
    (folder / "d.html").write_bytes(f"<p>\r\n{PAGE.format(3)}</p>".encode())
    assert main(["extract", "c.docx", "d.html", "--text", "texts", "--format", "jsonl"]) == 0
    for line, stem in zip(capsys.readouterr().out.splitlines(), ("c", "d"), strict=True):
        (figure,) = json.loads(line)["figures"]
        text = (folder / "texts" / f"{stem}.txt").read_bytes().decode()
        assert text[figure["start"] : figure["end"]] == figure["text"] == str(figure["value"])
    assert (folder / "texts" / "c.txt").read_text(encoding="utf-8") == "本年\n收到政府信息公开申请9件"


def test_a_folder_that_takes_no_texts_stops_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "b.txt", "--text", "a.txt"]) != 0
    assert "cannot write results there" in capsys.readouterr().err
