"""Our own catalogues: collected from the sources, worded in ``locale_parts``, written as ``locale/<language>/LC_MESSAGES``.

English in the sources is the key. Each room keeps its Russian and Kazakh words in ``locale_parts/<room>.yaml``; nobody edits the
.po and .mo files, ``talimger catalogues`` writes them. A developer's command: it needs babel, which an installation does not have.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from babel.messages.extract import extract
from django.utils.translation.template import templatize

from talimger.kernel.translations import Text

PACKAGE = Path(__file__).resolve().parent.parent
# Django's own plural rules: catalogues that disagree with them would not be merged with its.
PLURAL_FORMS = {
    "ru": (
        "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
        "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);"
    ),
    "kk": "nplurals=2; plural=(n!=1);",
}
# How many forms people write: the fourth Russian one, of fractions, is the third.
FORMS_WRITTEN = {"ru": 3, "kk": 2}
ARGUMENTS = {
    "gettext": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
}
CALLS = {name + ending: arguments for name, arguments in ARGUMENTS.items() for ending in ("", "_lazy", "_noop")}
TEMPLATE_KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
# A component's dynamic attribute, :title="_('…')", is an expression that Django's own collector does not look into.
DYNAMIC_ATTRIBUTE = re.compile(r"""\s:[a-z_-]+=(?:"([^"]*)"|'([^']*)')""")
CONSTANT = re.compile(r"""_\((?:'([^']*)'|"([^"]*)")\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
MIXED_SCRIPTS = re.compile(r"\w*(?:[a-zA-Z][а-яёәғқңөұүһі]|[а-яёәғқңөұүһі][a-zA-Z])\w*", re.IGNORECASE)
Key = tuple[str | None, str]


@dataclass
class Collection:
    """What the sources say and what the parts say it in, with everything that is wrong about either."""

    texts: dict[Key, Text] = field(default_factory=dict)
    words: dict[Key, Entry] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def forms(self, text: Text, language: str) -> list[str]:
        """The words of a text in a language, as many as its catalogue holds; empty ones where there are none."""
        entry = self.words.get(text.key)
        words = entry.words.get(language, []) if entry else []
        if not text.plural:
            return words or [""]
        if language == "ru" and len(words) == FORMS_WRITTEN["ru"]:
            words = [*words, words[-1]]
        return words or [""] * (4 if language == "ru" else 2)

    def missing(self, language: str) -> list[Text]:
        return [text for text in self.in_order() if not all(self.forms(text, language))]

    def in_order(self) -> list[Text]:
        return sorted(self.texts.values(), key=lambda text: (text.msgid, text.context or ""))


@dataclass(frozen=True)
class Entry:
    """One entry of a part: the English text and its words in each language."""

    part: str
    msgid: str
    plural: str
    context: str | None
    words: dict[str, list[str]]

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)


# ── what the sources say ──


def texts_in_python(source: str, name: str, problems: list[str]) -> Iterator[Text]:
    """The texts of a Python file, under whatever name it imports gettext. A text that is not written out is a problem."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name: CALLS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in CALLS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        arguments = None
        if isinstance(node.func, ast.Name):
            arguments = imported.get(node.func.id)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "translation":
            arguments = CALLS.get(node.func.attr)
        if arguments is None:
            continue
        given = [argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
        words = dict(zip(arguments, given, strict=False))
        if len(words) == len(arguments):
            yield Text(words["msgid"], plural=words.get("plural", ""), context=words.get("context"), sources=[name])
        else:
            problems.append(f"{name}:{node.lineno}: only a text that is written out can be translated")


def texts_in_template(source: str, name: str) -> Iterator[Text]:
    """The texts of a template: translation tags, ``_()`` in tags and variables, and ``_()`` in a component's attributes."""
    # Django turns a template into a row of gettext calls; its indentation means nothing to Python.
    calls = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, message, _comments, context in extract("python", io.BytesIO(calls.encode()), TEMPLATE_KEYWORDS):
        msgid, plural = (message, "") if isinstance(message, str) else (message[0], message[1])
        if msgid:
            yield Text(msgid, plural=plural, context=context, sources=[name])
    for double, single in DYNAMIC_ATTRIBUTE.findall(source):
        for one, other in CONSTANT.findall(double or single):
            yield Text(one or other, sources=[name])


def collect_texts(package: Path, collection: Collection) -> None:
    """Every text of the package's Python files and templates, with the files that say it."""
    for path in sorted(package.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts or "static" in path.parts:
            continue
        name, source = path.relative_to(package).as_posix(), path.read_text(encoding="utf-8")
        found = texts_in_python(source, name, collection.problems) if path.suffix == ".py" else texts_in_template(source, name)
        for text in found:
            known = collection.texts.setdefault(text.key, text)
            if known is not text:
                known.plural = known.plural or text.plural
                known.sources = sorted({*known.sources, name})


# ── what the parts say ──


def read_part(path: Path, problems: list[str]) -> Iterator[Entry]:
    """The entries of ``locale_parts/<room>.yaml``; an entry that cannot be read is a problem."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    if isinstance(rows, dict):
        rows = [{"en": msgid, **words} for msgid, words in rows.items()]
    for row in rows:
        words: dict[str, list[str]] = {}
        for language in PLURAL_FORMS:
            given = row.get(language) or []
            words[language] = [given] if isinstance(given, str) else given
        every = [row["en"], row.get("plural", ""), *(form for forms in words.values() for form in forms)]
        if not all(isinstance(form, str) for form in every):
            problems.append(f"{path.name}: write quotes around the words of {row['en']!r}")
            continue
        yield Entry(path.stem, row["en"], row.get("plural", ""), row.get("context"), words)


def collect_words(parts: Path, collection: Collection) -> None:
    """The words of every part. Two parts may say the same of a text, but not different things."""
    for path in sorted(parts.glob("*.yaml")):
        for entry in read_part(path, collection.problems):
            known = collection.words.setdefault(entry.key, entry)
            if known.words != entry.words or known.plural != entry.plural:
                collection.problems.append(f"{known.part} and {entry.part} disagree about {entry.msgid!r}")


def check_words(collection: Collection) -> None:
    """Hold every entry against its source: used, the right number of forms, the same placeholders, tags and line ends."""
    for key, entry in collection.words.items():
        text = collection.texts.get(key)
        if text is None:
            collection.problems.append(f"{entry.part}: no source says {entry.msgid!r}")
        elif text.plural != entry.plural:
            collection.problems.append(f"{entry.part}: the plural of {entry.msgid!r} is {text.plural!r} in {text.sources[0]}")
        else:
            for language, words in entry.words.items():
                collection.problems += [f"{entry.part}: {problem}" for problem in _mistakes(text, language, words)]


def _mistakes(text: Text, language: str, words: list[str]) -> Iterator[str]:
    if not words:
        return
    if len(words) != (FORMS_WRITTEN[language] if text.plural else 1):
        yield f"{text.msgid!r} has {len(words)} forms in {language}"
        return
    least, most = set(PLACEHOLDER.findall(text.msgid)), set(PLACEHOLDER.findall(text.msgid + text.plural))
    for place, form in enumerate(words):
        # "One place" may become «Бір орын»; but the first Russian form is also that of 21, so it needs its number.
        needed = least if text.plural and language == "kk" and place == 0 else most
        if not needed <= set(PLACEHOLDER.findall(form)) <= most:
            yield f"other placeholders in {form!r}"
        if sorted(TAG.findall(form)) != sorted(TAG.findall(text.plural or text.msgid)):
            yield f"other tags in {form!r}"
        if (form[:1].isspace(), form[-1:].isspace()) != (text.msgid[:1].isspace(), text.msgid[-1:].isspace()):
            yield f"another start or end of the line in {form!r}"
        mixed = MIXED_SCRIPTS.search(PLACEHOLDER.sub(" ", TAG.sub(" ", form)))
        if mixed:
            yield f"Latin and Cyrillic letters in one word, {mixed[0]!r}"


def collect(package: Path = PACKAGE) -> Collection:
    """Read the sources and the parts of the package, and hold them against each other."""
    collection = Collection()
    collect_texts(package, collection)
    collect_words(package / "locale_parts", collection)
    check_words(collection)
    return collection


# ── the catalogues ──


def _header(language: str) -> str:
    names = {"ru": "Russian", "kk": "Kazakh"}
    return (
        f"Project-Id-Version: Talimger\nLanguage-Team: {names[language]}\nLanguage: {language}\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nPlural-Forms: {PLURAL_FORMS[language]}\n"
    )


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    pieces = [f'"{line}\\n"' for line in lines[:-1]] + ([f'"{lines[-1]}"'] if lines[-1] else [])
    return "\n".join(['""', *pieces])


def po_file(collection: Collection, language: str) -> str:
    """A catalogue as text: in a fixed order and without dates, so that a change shows only what has changed."""
    draft = "# DRAFT: the Kazakh words are a draft that a native speaker has still to read.\n" if language == "kk" else ""
    blocks = [f'# Written by "talimger catalogues" from locale_parts. Do not edit.\n{draft}msgid ""\nmsgstr {_quoted(_header(language))}']
    for text in collection.in_order():
        forms = collection.forms(text, language)
        lines = [f"#: {source}" for source in text.sources]
        if "%(" in text.msgid + text.plural:
            lines.append("#, python-format")
        if text.context is not None:
            lines.append(f"msgctxt {_quoted(text.context)}")
        lines.append(f"msgid {_quoted(text.msgid)}")
        if text.plural:
            lines.append(f"msgid_plural {_quoted(text.plural)}")
            lines += [f"msgstr[{place}] {_quoted(form)}" for place, form in enumerate(forms)]
        else:
            lines.append(f"msgstr {_quoted(forms[0])}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def mo_file(collection: Collection, language: str) -> bytes:
    """The same catalogue as gettext reads it: sorted keys, their places, the words (format of GNU gettext)."""
    rows = {b"": _header(language).encode()}
    for text in collection.in_order():
        forms = collection.forms(text, language)
        if all(forms):
            key = (f"{text.context}\x04" if text.context is not None else "") + text.msgid + (f"\0{text.plural}" if text.plural else "")
            rows[key.encode()] = "\0".join(forms).encode()
    keys = sorted(rows)
    start, count = 28, len(keys)
    place = start + 16 * count
    tables: list[list[int]] = []
    for strings in (keys, [rows[key] for key in keys]):
        table: list[int] = []
        for string in strings:
            table += [len(string), place]
            place += len(string) + 1
        tables.append(table)
    head = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, place)
    body = b"".join(string + b"\0" for string in (*keys, *(rows[key] for key in keys)))
    return head + b"".join(struct.pack(f"<{2 * count}I", *table) for table in tables) + body


def catalogue_files(collection: Collection, package: Path = PACKAGE) -> dict[Path, bytes]:
    """What every catalogue file should hold."""
    files: dict[Path, bytes] = {}
    for language in PLURAL_FORMS:
        folder = package / "locale" / language / "LC_MESSAGES"
        files[folder / "django.po"] = po_file(collection, language).encode()
        files[folder / "django.mo"] = mo_file(collection, language)
    return files


def stubs(collection: Collection) -> str:
    """What still needs words, as entries to fill and put into ``locale_parts/<room>.yaml``, room by room."""
    rooms: dict[str, list[str]] = {}
    wanting = {text.key: text for language in PLURAL_FORMS for text in collection.missing(language)}
    for text in sorted(wanting.values(), key=lambda text: (text.sources, text.msgid)):
        row: dict[str, Any] = {"en": text.msgid}
        if text.context is not None:
            row["context"] = text.context
        if text.plural:
            row["plural"] = text.plural
        for language in PLURAL_FORMS:
            words = [form for form in collection.forms(text, language) if form]
            blank: str | list[str] = [""] * FORMS_WRITTEN[language] if text.plural else ""
            row[language] = (words[: FORMS_WRITTEN[language]] if text.plural else words[0]) if words else blank
        line = yaml.safe_dump([row], allow_unicode=True, default_flow_style=None, sort_keys=False, width=100_000).strip()
        rooms.setdefault(text.sources[0].partition("/")[0], []).append(f"{line}  # {text.sources[0]}")
    return "\n".join(line for room, lines in sorted(rooms.items()) for line in (f"# {room}: {len(lines)}", *lines, ""))


def main(arguments: Iterable[str] | None = None) -> int:
    """Write the catalogues and say what is missing or wrong. 1 if anything is."""
    parser = argparse.ArgumentParser(prog="talimger catalogues", description="Write the Russian and Kazakh catalogues from locale_parts.")
    parser.add_argument("--missing", action="store_true", help="list texts without words, as entries to fill; write nothing")
    options = parser.parse_args(None if arguments is None else list(arguments))
    collection = collect()
    missing = {language: len(collection.missing(language)) for language in PLURAL_FORMS}
    if options.missing:
        print(stubs(collection))
    else:
        for path, content in catalogue_files(collection).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for problem in collection.problems:
        print(f"! {problem}")
    print(f"# {len(collection.texts)} texts; missing: {', '.join(f'{language} {count}' for language, count in missing.items())}")
    return 1 if collection.problems or any(missing.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
