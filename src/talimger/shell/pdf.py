"""PDF files: a typst template, the data that it shows as JSON, our own font, tags for screen readers.

Nothing is built from strings: words of people reach the template as data and cannot become markup. The fonts lie beside this file
as TrueType, because typst does not read the web's woff2; fonts of the machine are never used, so that a file looks the same everywhere.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

logger = logging.getLogger(__name__)
PACKAGE = Path(__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"
FONT = "Golos Text"


def render_pdf(template: Path, data: Mapping[str, Any], *, title: str, author: str, language: str, now: datetime) -> bytes:
    """The pages of a template as a tagged PDF with its title, author, language and date.

    The template lies inside the package and begins with ``#import "/shell/paper/house.typ": house, data``; ``data`` is what was given,
    and ``document`` in it holds the title, the author and the language. The same input gives the same bytes.
    Raises ``typst.TypstError`` for a template that is broken or a picture without words.
    """
    document = {"title": title, "author": author, "language": language, "font": FONT, "date": [now.year, now.month, now.day]}
    pages, warnings = typst.compile_with_warnings(
        str(template),
        root=str(PACKAGE),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps({**data, "document": document}, ensure_ascii=False)},
        # PDF/UA-1 refuses a file that lacks its title, its language or the words of a picture.
        pdf_standards=["ua-1"],
        # typst counts in whole seconds.
        timestamp=now.replace(microsecond=0),
    )
    for warning in warnings:
        logger.warning("%s: %s", template.name, warning.message)
    return pages


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Ours, and those inside typst: one of them has the few signs that Golos Text lacks, such as the tick."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
