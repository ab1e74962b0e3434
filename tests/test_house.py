"""Rules of the house that are cheap to prove."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from talimger.selection.models import SHEET_TRANSITIONS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "talimger"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))


def test_no_source_file_grows_past_four_hundred_lines() -> None:
    assert {str(path.relative_to(PACKAGE)): n for path in SOURCES if (n := len(path.read_text("utf-8").splitlines())) > 400} == {}


def test_templates_hold_no_style_and_no_script_of_their_own() -> None:
    """The content security policy would refuse them, silently."""
    forbidden = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son(?:click|change|load|submit|input)=|\|safe\b|javascript:""")
    found = [f"{path.relative_to(PACKAGE)}: {match[0]}" for path in TEMPLATES for match in forbidden.finditer(path.read_text("utf-8"))]
    assert found == []


def test_migrations_import_no_application_code() -> None:
    imported = [
        f"{path.name}: {line}"
        for path in PACKAGE.rglob("migrations/0*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(from|import)\s+talimger", line) or "talimger." in line
    ]
    assert imported == []


def _room_imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return names | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


def test_nobody_imports_another_rooms_views_or_forms() -> None:
    guilty = []
    for path in SOURCES:
        room = path.relative_to(PACKAGE).parts[0]
        for name in _room_imports(path):
            parts = name.split(".")
            # The shell's forms are the base of everybody's.
            if parts[0] == "talimger" and len(parts) > 2 and parts[2] in {"views", "forms"} and parts[1] not in {room, "shell"}:
                guilty.append(f"{path.relative_to(PACKAGE)}: {name}")
    assert guilty == []


def test_commands_and_queries_know_nothing_of_http() -> None:
    guilty = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in SOURCES
        if {"commands", "queries", "commands.py", "queries.py"} & set(path.parts)
        for name in _room_imports(path)
        if name.startswith(("django.http", "django.shortcuts", "django.views"))
    ]
    assert guilty == []


def test_a_web_process_loads_no_numbers_library() -> None:
    code = "import talimger.config.wsgi, sys; sys.exit(any(m in sys.modules for m in ('scipy', 'ortools', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _views(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += _views(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found


def test_every_view_of_ours_says_which_methods_it_answers() -> None:
    """A view that answers any method changes something by GET one day; a delete is asked of each and refused by each."""
    guilty = []
    for pattern in _views(get_resolver().url_patterns):
        function = pattern.callback
        if not function.__module__.startswith("talimger") or hasattr(function, "view_class"):
            continue
        # What allauth names and we do not offer is refused whatever the method.
        if not hasattr(function, "__wrapped__") and function.__name__ != "not_offered":
            guilty.append(str(pattern.name))
    assert guilty == []


def test_the_picture_of_a_sheets_life_shows_its_transitions() -> None:
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+): (\w+)$", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE))
    assert drawn == {(str(state), str(to), verb) for state, verbs in SHEET_TRANSITIONS.items() for verb, to in verbs.items()}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/start.md", "docs/architecture.md"])
def test_links_of_the_guides_lead_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_named_in_the_guide_for_newcomers_exist() -> None:
    text = (ROOT / "docs/start.md").read_text("utf-8")
    named = re.findall(r"`((?:kernel|people|selection|framework|config|tests)/[\w/.]+\.(?:py|js|html))", text)
    assert named
    assert [name for name in named if not any(path.exists() for path in _places(name))] == []


def _places(name: str) -> list[Path]:
    room, _slash, rest = name.partition("/")
    return [ROOT / name, PACKAGE / name, PACKAGE / room / "templates" / room / rest]
