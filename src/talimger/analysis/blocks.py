"""What a report is made of: blocks of data that the template draws one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from talimger.shell.charts import CategoryCurves, DrawnChart, RatingNetwork, VariableMap, standalone_svg

Block = dict[str, Any]


def heading(title: str, words: str = "", *, level: int = 2, new_page: bool = False) -> Block:
    return {"kind": "heading", "title": title, "words": words, "level": level, "new-page": new_page}


def chart(drawn: DrawnChart, language: str, words: str = "", *, notes: Iterable[str] = ()) -> list[Block]:
    """A chart with its title and the words under it; numbers that stand for names are listed below."""
    remarks = drawn.remarks if isinstance(drawn, CategoryCurves | RatingNetwork) else []
    keys: list[tuple[str, list[str]]] = []
    if isinstance(drawn, VariableMap):
        keys = [(found.title, [f"{key.number} {key.label}" for key in found.keys]) for found in drawn.key_lists if not found.look]
    return [
        {
            "kind": "chart",
            "title": drawn.title,
            "words": words or drawn.description,
            "svg": standalone_svg(drawn, language=language),
            "alt": f"{drawn.title}. {drawn.description}",
            "notes": [*notes, *remarks],
            "keys": keys,
        }
    ]


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, numeric: Iterable[int], widths: Sequence[float], columns: int = 1
) -> Block:
    """A table. Widths above 10 are points, below they share what is left; ``columns`` sets a long table beside itself."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "numeric": sorted(numeric),
        "widths": list(widths),
        "columns": columns,
    }


def with_remark(words: str, remark: str) -> str | Block:
    """A cell of words with smaller words below, if there are any."""
    return {"words": words, "small": remark} if remark else words


def guide(title: str, terms: Iterable[tuple[str, str]]) -> Block:
    """A last page of terms and what they mean."""
    return {"kind": "guide", "title": title, "terms": [list(term) for term in terms]}
