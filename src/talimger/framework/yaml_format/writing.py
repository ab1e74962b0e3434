"""From a framework to a file. The same content gives the same bytes for ever: the digest of a version rests on it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from talimger.framework.content import CellContent, FrameworkContent, IndicatorContent, MethodContent, TermContent
from talimger.framework.models import Method
from talimger.framework.yaml_format.reading import SECTIONS
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText

Value = str | Sequence["Value"] | Mapping[str, "Value"]

# JSON strings are YAML strings, but for these signs, which YAML takes for line breaks or refuses to show.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z_]*|[135]")
# Other readers of YAML take these words for something else.
_TAKEN_FOR_VALUES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def write_framework(content: FrameworkContent) -> bytes:
    """The file of a framework, in UTF-8. Read again it gives the same content; texts without words are left out."""
    return "".join(f"{line}\n" for line in _lines(_document(content))).encode("utf-8")


def digest_of(content: FrameworkContent) -> str:
    """SHA-256 of the file: two frameworks with the same digest are the same."""
    return hashlib.sha256(write_framework(content)).hexdigest()


# ── what is written ──


def _document(content: FrameworkContent) -> dict[str, Value]:
    return {
        "framework": {"code": content.code, "name": _text(content.name), "draft_languages": content.draft_languages},
        "competencies": [
            {"code": competency.code, "name": _text(competency.name), "indicators": [_indicator(each) for each in competency.indicators]}
            for competency in content.competencies
        ],
        "methods": [_method(method) for method in content.methods],
        "matrix": {method.code: [_cell(cell) for cell in method.cells] for method in content.methods if method.cells},
        "rating_items": {
            method.code: [_filled(competency=item.competency, indicator=item.indicator, part=item.part) for item in method.items]
            for method in content.methods
            if method.items
        },
        **{section: [_term(term) for term in content.terms_of(kind.value)] for section, kind in SECTIONS.items()},
    }


def _indicator(indicator: IndicatorContent) -> dict[str, Value]:
    return {
        "code": indicator.code,
        **_filled(target=indicator.target),
        "name": _text(indicator.name),
        **_filled(parts=[{"code": part.code, "name": _text(part.name)} for part in indicator.parts]),
        "anchors": {str(anchor.level): _text(anchor.text) for anchor in indicator.anchors},
    }


def _method(method: MethodContent) -> dict[str, Value]:
    condition = "" if method.applies == Method.Applies.EVERYONE else method.applies
    return {
        "code": method.code,
        "kind": method.kind,
        **_filled(condition=condition, by=method.rater_role),
        "name": _text(method.name),
        **_filled(short_name=_text(method.short_name)),
    }


def _cell(cell: CellContent) -> Value:
    return {"competency": cell.competency, "reason": cell.reason} if cell.reason else cell.competency


def _term(term: TermContent) -> dict[str, Value]:
    return {"code": term.code, "name": _text(term.name), **_filled(subtypes=term.subtypes)}


def _text(text: LocalisedText) -> dict[str, Value]:
    return _filled(**{code: getattr(text, code) for code in LANGUAGE_CODES})


def _filled(**values: Value) -> dict[str, Value]:
    return {key: value for key, value in values.items() if value}


# ── how it is written ──


def _lines(value: Value, indent: str = "") -> Iterator[str]:
    """A mapping or a list, one entry a line; what lies inside is moved in by two."""
    entries = [(f"{_key(key)}:", item) for key, item in value.items()] if isinstance(value, Mapping) else [("-", item) for item in value]
    for head, item in entries:
        if isinstance(item, str):
            yield f"{indent}{head} {_quote(item)}"
        elif not item:
            yield f"{indent}{head} {'{}' if isinstance(item, Mapping) else '[]'}"
        elif len(words := [word for word in item if isinstance(word, str)]) == len(item) and not isinstance(item, Mapping):
            yield f"{indent}{head} [{', '.join(map(_quote, words))}]"
        elif head == "-":
            first, *others = _lines(item, f"{indent}  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from others
        else:
            yield f"{indent}{head}"
            yield from _lines(item, f"{indent}  ")


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _TAKEN_FOR_VALUES else _quote(key)


def _quote(words: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(words, ensure_ascii=False))
