"""The matrix as a picture."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.content import FrameworkContent, MethodContent
from talimger.framework.models import Method
from talimger.framework.words import listed
from talimger.shell.charts import Cell, Column, Matrix, MatrixRow


def matrix_chart(content: FrameworkContent, urls: Mapping[str, str]) -> Matrix:
    """Methods against competencies; ``urls`` leads from a method's code to its page. A cell names the indicators it is about."""
    return Matrix(
        key="matrix",
        title=_("What gives evidence on what"),
        description=_describe(content),
        row_head=_("Method"),
        columns=tuple(Column(f"{competency.code}. {competency.name}") for competency in content.competencies),
        rows=tuple(
            MatrixRow(
                str(method.name),
                tuple(_cell(method, competency.code, urls.get(method.code, "")) for competency in content.competencies),
                urls.get(method.code, ""),
            )
            for method in content.methods
        ),
    )


def _cell(method: MethodContent, competency: str, url: str) -> Cell:
    if competency not in method.competencies:
        return Cell("no")
    words = [f"{item.indicator}" if item.indicator else _("as a whole") for item in method.items if item.competency == competency]
    return Cell("yes", listed(list(dict.fromkeys(words))), f"{url}#{competency}" if url else "")


def _describe(content: FrameworkContent) -> str:
    cells = list(content.cells())
    words = ngettext("%(count)s cell.", "%(count)s cells.", len(cells)) % {"count": len(cells)}
    conditional = [method for method in content.methods if method.applies != Method.Applies.EVERYONE and method.cells]
    if not conditional:
        return words
    left = sum(1 for method, _cell in cells if method.applies == Method.Applies.EVERYONE)
    rest = ngettext(
        "%(count)s of them remains for candidates to whom “%(methods)s” does not apply.",
        "%(count)s of them remain for candidates to whom “%(methods)s” does not apply.",
        left,
    )
    return f"{words} {rest % {'count': left, 'methods': listed([str(method.name) for method in conditional])}}"
