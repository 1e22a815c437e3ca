"""The labelling page of Label Studio, written from the label set: `configs/annotation.yaml` says in which groups, colours and keys.

People see Chinese names; what is stored, sent and exported are the aliases, which are the classes of the label set.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree as Xml

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongkai.model.errors import ConfigError
from gongkai.model.labels import label_set, split_class

CONTROL, TEXT, VERDICT = "label", "text", "verdict"
"""The names of the page's parts: what regions come from, what they lie on, and the choice about the whole document."""
_SATURATION, _DARKEST, _LIGHTEST = 0.6, 0.36, 0.68


class Group(BaseModel):
    """Labels under one title, coloured one by one or in shades of `hue` (degrees)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    labels: tuple[str, ...] = Field(min_length=1)
    colours: tuple[str, ...] = ()
    hue: float = Field(default=0.0, ge=0, lt=360)

    def shades(self) -> tuple[str, ...]:
        """One colour for each label, as #rrggbb."""
        if self.colours:
            return self.colours
        steps = max(len(self.labels) - 1, 1)
        return tuple(_colour(self.hue / 360, _DARKEST + (_LIGHTEST - _DARKEST) * place / steps) for place in range(len(self.labels)))


class PageSettings(BaseModel):
    """`configs/annotation.yaml`. `hotkeys` maps classes to keys, `verdicts` what is stored to what is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    groups: tuple[Group, ...]
    hotkeys: dict[str, str]
    verdicts: dict[str, str]

    @model_validator(mode="after")
    def _covers_the_label_set(self) -> PageSettings:
        shown = [label for group in self.groups for label in group.labels]
        classes = set(label_set().classes())
        if set(shown) != classes or len(shown) != len(classes):
            raise ValueError(f"groups must hold every class of labels.yaml once; differing: {sorted(set(shown) ^ classes) or 'twice'}")
        if unknown := set(self.hotkeys) - classes:
            raise ValueError(f"hotkeys of labels that labels.yaml lacks: {sorted(unknown)}")
        if len(set(self.hotkeys.values())) != len(self.hotkeys):
            raise ValueError("hotkeys: one key is given to two labels")
        if odd := [group.title for group in self.groups if group.colours and len(group.colours) != len(group.labels)]:
            raise ValueError(f"groups {odd}: one colour for each label is needed")
        return self


@cache
def page_settings() -> PageSettings:
    """The settings that come with the package. Raises ConfigError if they do not fit the label set."""
    source = files("gongkai.configs") / "annotation.yaml"
    try:
        return PageSettings.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/annotation.yaml: {error}") from error


def chinese_name(name: str) -> str:
    """What an annotator reads for a class of the label set.

    >>> chinese_name("reviews+litigations")
    '行政复议+行政诉讼'
    """
    names = label_set().names()
    return "+".join(names[label] for label in split_class(name))


def labelling_config() -> str:
    """The XML of the labelling page. The same label set gives the same text."""
    settings = page_settings()
    page = Xml.Element("View")
    Xml.SubElement(page, "Style").text = (files("gongkai.annotations") / "labelling.css").read_text(encoding="utf-8")
    columns = Xml.SubElement(page, "View", className="gk-wrap")
    text = Xml.SubElement(columns, "View", className="gk-page")
    Xml.SubElement(text, "Text", name=TEXT, value="$text", granularity="symbol")
    side = Xml.SubElement(columns, "View", className="gk-side")
    Xml.SubElement(side, "Filter", name="filter", toName=CONTROL, hotkey="shift+f", minlength="0", placeholder="筛选 Shift+F")
    Xml.SubElement(side, "Header", value="本文状态", size="6")
    side.append(_verdicts(settings))
    side.append(_labels(settings))
    return Xml.tostring(page, encoding="unicode")


def missing_labels(aliases: Iterable[str]) -> tuple[str, ...]:
    """The classes of the label set that a project with these `aliases` cannot store, in file order."""
    there = set(aliases)
    return tuple(name for name in label_set().classes() if name not in there)


def _labels(settings: PageSettings) -> Xml.Element:
    """All groups inside one control, so that there is one kind of region."""
    control = Xml.Element("Labels", name=CONTROL, toName=TEXT, showInline="true")
    for group in settings.groups:
        box = Xml.SubElement(control, "View")
        Xml.SubElement(box, "Header", value=group.title, size="6")
        box.extend(_group_labels(group, settings.hotkeys))
    return control


def _group_labels(group: Group, hotkeys: dict[str, str]) -> Iterator[Xml.Element]:
    for name, colour in zip(group.labels, group.shades(), strict=True):
        label = Xml.Element("Label", value=chinese_name(name), alias=name, hint=name, background=colour)
        if name in hotkeys:
            label.set("hotkey", hotkeys[name])
        yield label


def _verdicts(settings: PageSettings) -> Xml.Element:
    choices = Xml.Element("Choices", name=VERDICT, toName=TEXT, choice="single", showInline="true")
    for alias, shown in settings.verdicts.items():
        Xml.SubElement(choices, "Choice", value=shown, alias=alias)
    return choices


def _colour(hue: float, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, _SATURATION)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
