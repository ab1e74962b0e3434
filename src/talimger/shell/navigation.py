"""What the navigation can show. Rooms register their doors; a person sees those that some rule could open for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import reverse

from talimger.kernel.policies import NOTHING, Actor, rule_for

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

BAR = "bar"
"""The group of the top bar."""
PERSON = "person"
"""The group of the menu behind the initials."""


@dataclass(frozen=True)
class NavItem:
    """One door of a room.

    ``group`` is ``BAR``, ``PERSON``, or the name of a subnavigation; the bar's item that opens it names it as ``section``.
    Without an ``action`` everyone who is inside sees the item. ``outside_programme`` marks addresses without a programme.
    """

    label: _StrOrPromise
    url_name: str
    action: str | None = None
    order: int = 100
    group: str = BAR
    section: str = ""
    icon: str = ""
    outside_programme: bool = False

    def is_open_to(self, actor: Actor | None) -> bool:
        """Whether a rule could open this door. Never asks the database: the page behind it decides about rows."""
        if actor is None:
            return self.outside_programme and self.action is None
        return self.action is None or rule_for(self.action).rows(actor) != NOTHING

    def url(self, programme: str | None) -> str | None:
        """The address for this programme; ``None`` when the item needs a programme and there is none."""
        if self.outside_programme:
            return reverse(self.url_name)
        return reverse(self.url_name, kwargs={"programme": programme}) if programme else None


@dataclass(frozen=True)
class Link:
    """An item as one page shows it."""

    label: str
    url: str
    icon: str = ""
    section: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Navigation:
    """What one page shows: the bar, the subnavigation of the section that the page is in, the person's own links."""

    bar: tuple[Link, ...] = ()
    sub: tuple[Link, ...] = ()
    person: tuple[Link, ...] = ()


_items: list[NavItem] = []


def register(item: NavItem) -> None:
    """Add a door; rooms call this in ``AppConfig.ready``. The same item twice counts once."""
    if item not in _items:
        _items.append(item)
        _items.sort(key=lambda each: each.order)


def navigation_for(*, actor: Actor | None, programme: str | None, path: str, items: Iterable[NavItem] | None = None) -> Navigation:
    """The navigation of the page at ``path``, as this actor sees it. The longest address that begins the path is current."""
    links: dict[str, list[Link]] = {}
    best, best_group = "", ""
    for item in _items if items is None else items:
        if not item.is_open_to(actor):
            continue
        url = item.url(programme)
        if url is None:
            continue
        links.setdefault(item.group, []).append(Link(str(item.label), url, item.icon, item.section))
        if path.startswith(url) and len(url) > len(best):
            best, best_group = url, item.group
    bar = [replace(link, is_current=link.url == best or (link.section != "" and link.section == best_group)) for link in links.get(BAR, ())]
    section = next((link.section for link in bar if link.is_current), "")
    # A subnavigation of one door is no choice.
    sub = links.get(section, []) if section else []
    return Navigation(
        bar=tuple(bar),
        sub=tuple(replace(link, is_current=link.url == best) for link in sub) if len(sub) > 1 else (),
        person=tuple(replace(link, is_current=link.url == best) for link in links.get(PERSON, ())),
    )
