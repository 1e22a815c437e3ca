"""gongkai against a real Label Studio server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gongkai.annotations.config import labelling_config
from gongkai.annotations.studio import Studio, check_ours

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def studio(label_studio: Any) -> Iterator[Studio]:
    with Studio.connect(label_studio.url, label_studio.token) as connected:
        yield connected


def test_the_labelling_page_is_kept_as_it_was_made(studio: Studio, title: str) -> None:
    made = studio.create_project(title)
    check_ours(made)
    assert made.config == labelling_config()
    assert studio.project(title) == studio.project(str(made.id)) == made
