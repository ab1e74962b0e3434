"""The pages of docs/methods: their examples print what they say, their links lead somewhere, and no statistic is without a page."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from talimger.core import measurement

METHODS = Path(__file__).resolve().parent.parent / "docs" / "methods"
INDEX = METHODS / "README.md"
PAGES = sorted(METHODS.glob("*.md"))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _examples(page: Path) -> str:
    """The lines of the page's pycon fences where they stand; all other lines are empty, so that a failure names the page's line."""
    lines, inside = [], False
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("```"):
            inside = line == "```pycon"
            line = ""
        lines.append(line if inside else "")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_it_says(page: Path) -> None:
    told: list[str] = []
    examples = doctest.DocTestParser().get_doctest(_examples(page), {}, page.name, str(page), 0)
    # Small fits are quicker on one thread than on several that wait for each other.
    with threadpool_limits(1):
        assert doctest.DocTestRunner(verbose=False).run(examples, out=told.append).failed == 0, "".join(told)


def test_every_statistic_has_an_example_on_some_page() -> None:
    shown = "\n".join(_examples(page) for page in PAGES)
    functions = [name for name in measurement.__all__ if inspect.isfunction(getattr(measurement, name))]
    assert [name for name in functions if not re.search(rf"\b{name}\(", shown)] == []


def test_the_index_names_every_page() -> None:
    linked = set(LINK.findall(INDEX.read_text("utf-8")))
    assert [page.name for page in PAGES if page != INDEX and page.name not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))
    assert [target for target in targets if "://" not in target and not (page.parent / target).exists()] == []
