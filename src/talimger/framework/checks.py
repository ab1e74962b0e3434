"""What ``talimger check`` looks at in this room."""

from __future__ import annotations

import datetime as dt

from talimger.framework.queries import changed_after_publishing
from talimger.kernel.checks import Finding


def published_frameworks(now: dt.datetime) -> Finding:
    """Whether every published version is still what it was when it was published."""
    changed = changed_after_publishing()
    if changed:
        return Finding("changed after publishing: " + ", ".join(f"{row.programme.slug} {row.number}" for row in changed), is_fine=False)
    return Finding("published versions are as they were")
