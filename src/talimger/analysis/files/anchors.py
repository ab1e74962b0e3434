"""Measures that stay as they are, from a file of JSON: facet, label, measure."""

from __future__ import annotations

import json
from pathlib import Path

from talimger.analysis.files.columns import cell_text
from talimger.analysis.files.problems import FileError, quoted

# Logits: real measures hardly pass ten, and a ruler is made from one end to the other.
_FARTHEST = 50


def read_anchors(path: str) -> dict[str, dict[str, float]]:
    """Anchors by facet and label. Raises ``FileError`` for anything but ``{"assessor": {"Anna": 0.4}}``."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise FileError(f"{path}, line {error.lineno}: this is not JSON ({error.msg}).") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise FileError(f"{path}: this is not JSON.") from error
    if not isinstance(found, dict) or not all(isinstance(labels, dict) for labels in found.values()):
        raise FileError(f'{path}: anchors are written as {{"facet": {{"label": measure}}}}.')
    wrong = [
        f"{path}: the anchor of {quoted(label)} in {quoted(facet)} is not a measure in logits."
        for facet, labels in found.items()
        for label, value in labels.items()
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _FARTHEST
    ]
    if wrong:
        raise FileError(*wrong)
    return {facet: {cell_text(label): float(value) for label, value in labels.items()} for facet, labels in found.items()}
