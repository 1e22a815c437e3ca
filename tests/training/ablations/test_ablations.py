"""Variants of a tiny recipe: trained, taken up, skipped, and put into one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from gongkai.model.checkpoint import load_checkpoint
from gongkai.model.errors import ConfigError
from gongkai.training.ablations import variant as variant_module
from gongkai.training.ablations.__main__ import ablations as command
from gongkai.training.ablations.settings import load_ablations, merged, variant_settings
from gongkai.training.ablations.variant import run_variant
from gongkai.training.settings import load_settings

APP = typer.Typer()
APP.command()(command)


def call(config: Path, out: Path, *arguments: str) -> str:
    done = CliRunner().invoke(APP, [*arguments, "--config", str(config), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def trained(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base and the variant that guesses first, done; the base's repeat is not."""
    out = tmp_path_factory.mktemp("ablations")
    call(config, out, "base", "guessing")
    return out


def result(out: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / name / "result.json").read_text(encoding="utf-8"))
    return found


def test_a_variant_is_the_recipe_with_one_thing_changed(config: Path, recipe: Path, tmp_path: Path) -> None:
    ablations, whole = load_ablations(str(config)), load_settings(str(recipe))
    base, again, guessing = (variant_settings(ablations, name, tmp_path) for name in ablations.variants)
    assert base.mix.model_dump() == {"passages": 2000, "narratives": 1000, "pages": 1000}
    assert base.model_copy(update={"mix": whole.mix}).model_dump() == whole.model_dump()
    assert again.model_dump() == base.model_copy(update={"seed": 2}).model_dump()
    assert guessing.pretrain is not None
    assert guessing.model_copy(update={"pretrain": None}).model_dump() == base.model_dump()


def test_the_variants_of_the_package_are_of_the_shipped_recipe(tmp_path: Path) -> None:
    ablations = load_ablations()
    shipped = load_settings("shipped")
    named = {name: variant_settings(ablations, name, tmp_path) for name, one in ablations.variants.items() if one.random is None}
    assert {name: one.layers for name, one in named.items() if one.layers != shipped.layers} == {
        "distilled-4": 4,
        "layers-4": 4,
        "layers-12": 12,
    }
    assert {name: one.data.breadth for name, one in named.items() if one.data.breadth < 1} == {"breadth-quarter": 0.25, "breadth-half": 0.5}
    assert [name for name, one in named.items() if one.teacher] == ["distilled-4"]
    assert [name for name, one in named.items() if one.pretrain] == ["pretrained"]
    assert len({one.seed for one in named.values()}) == 3
    assert all(one.mix == ablations.mix for one in named.values())


def test_a_random_encoder_has_the_vocabulary_of_the_bundled_one(tmp_path: Path) -> None:
    settings = variant_settings(load_ablations(), "random-256", tmp_path)
    folder = Path(settings.base_model)
    shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert settings.layers is None
    assert {
        name: shape[name] for name in ("num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size")
    } == {
        "num_hidden_layers": 6,
        "hidden_size": 256,
        "num_attention_heads": 8,
        "intermediate_size": 1024,
        "vocab_size": 12258,
    }


def test_a_variant_leaves_a_whole_model_and_its_scores(trained: Path) -> None:
    base, guessing = result(trained, "base"), result(trained, "guessing")
    load_checkpoint(trained / "base" / "checkpoint")
    assert load_settings(str(trained / "base" / "settings.yaml")).mix.passages == 2000
    assert set(base["f1"]) == {"figures", "entities", "pages", "layouts"}
    assert base["parameters"] == guessing["parameters"]
    assert base["data_digest"] == guessing["data_digest"]
    assert guessing["steps"] > base["steps"] > 5
    assert guessing["precisions"] is None
    found = base["precisions"]["held-out-passages"]
    assert found["texts"] > 300
    assert found["tags_differ"] < found["characters"] / 5
    metrics = json.loads((trained / "base" / "checkpoint" / "metrics.json").read_text(encoding="utf-8"))
    both = [metrics["sets"]["held-out-passages"][kind] for kind in ("figures", "entities")]
    hits, spans = sum(one["hits"] for one in both), sum(one["gold"] + one["predicted"] for one in both)
    assert found["f1_int8"] == round(2 * hits / spans, 4)


def test_what_is_done_is_not_trained_again(config: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variant_module, "fit", lambda *_, **__: pytest.fail("trained again"))
    told = call(config, trained, "base", "guessing")
    assert told.startswith(f"Made with `python -m gongkai.training.ablations --config {config}`")
    assert "| base | the recipe |" in told


def test_a_variant_that_was_cut_short_ends_as_if_it_had_not_been(
    config: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    ablations = load_ablations(str(config))
    with monkeypatch.context() as patched:
        patched.setattr(variant_module, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            run_variant(ablations, "guessing", tmp_path)
    last = max((tmp_path / "guessing" / "steps").iterdir(), key=lambda path: int(path.name.rpartition("-")[2]))
    (last / "trainer_state.json").unlink()  # the last checkpoint was being written
    again = run_variant(ablations, "guessing", tmp_path)
    whole = result(trained, "guessing")
    assert again["f1"] == whole["f1"]
    assert again["seconds"] is None
    assert whole["seconds"] > 0
    weights = [out / "guessing" / "checkpoint" / "model.safetensors" for out in (trained, tmp_path)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_other_settings_do_not_go_into_a_begun_folder(config: Path, recipe: Path, trained: Path, tmp_path: Path) -> None:
    changed = yaml.safe_load(config.read_text(encoding="utf-8")) | {"mix": {"passages": 1, "narratives": 1, "pages": 1}}
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"base/settings\.yaml: the variant was begun with other settings; remove the folder"):
        run_variant(load_ablations(str(other)), "base", trained)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base": "nothing"}, "base 'nothing' is no variant; there are base, again, guessing"),
        ({"variants": {"base": {"about": "x", "change": {"epochs": 3}}}}, "(?s)variant base of the ablations: .*epochs"),
        ({"recipe": "nothing"}, "no training configuration nothing"),
    ],
)
def test_wrong_settings_are_named(config: Path, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(config.read_text(encoding="utf-8")) | change, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        variant_settings(load_ablations(str(path)), "base", tmp_path)


def test_an_unknown_variant_is_named(config: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(APP, ["bass", "--config", str(config), "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "no variant bass; there are base, again, guessing" in done.output


def test_sections_are_laid_over_one_another() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 4}, "e": {"f": 5}}) == {"a": {"b": 1, "c": 4}, "d": 3, "e": {"f": 5}}
