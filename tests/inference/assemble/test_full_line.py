import pytest

from gongkai.inference.assemble.full_line import full_line
from gongkai.inference.assemble.layout import Layout
from gongkai.inference.assemble.rows import Line
from gongkai.inference.assemble.tokens import Kind, Token

LINES = Layout("\n", 2, 1, keeps_blanks=False)
BARS = Layout("|", 1, 1, keeps_blanks=False)


def line_of(text: str) -> Line:
    """The digits of `text` after its title 计 as cells."""
    title = text.index("计")
    cells = tuple(Token(Kind.VALUE, place, place + 1, text[place], "value", 1.0) for place in range(len(text)) if text[place].isdigit())
    return Line(None, (Token(Kind.TITLE, title, title + 1, "计", "column", 1.0),), cells, 1.0, len(text), last=True)


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("计\n\n\n1\n\n2\n\n\n", LINES, "_12_"),
        ("计 |\n | 1 | | 2 |\n", BARS, "_1_2"),
        ("| 计 |\n| 1 | | 2 | |\n", BARS, "1_2_"),
        ("计\n\n1\n\n2\n\n", LINES, None),
        ("计\n\n\n1\n", LINES, "_1__"),
        ("计\n\n\n\n1\n", LINES, None),
        ("计 |\n1 | 2 | | |\n", BARS, None),
        ("计\n\n1\n\n2\n\n3\n\n4\n\n", LINES, None),
    ],
    ids=[
        "lines",
        "bars without a first",
        "bars with a first",
        "nothing shows",
        "stripped after a group",
        "stripped inside a group",
        "filler at the end only",
        "full already",
    ],
)
def test_blanks_are_shown_where_they_fill_the_line(text: str, layout: Layout, expected: str | None) -> None:
    found = full_line(text, line_of(text), layout, 4, 2)
    shown = None if found is None else "".join(slot.token.text if slot.token else "_" for slot in found.slots)
    assert shown == expected
