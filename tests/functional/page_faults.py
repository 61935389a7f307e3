"""What a page may not do, found in its HTML: let a name run into the text around it, need a script (L5), or keep a
screen reader from saying what something is (L2; the rules of axe see more, and need a browser).

A name written from right to left, or beginning with a digit, turns the words and signs beside it about unless it is set
apart: in `<bdi>`, or alone in an element with `dir="auto"`. The people, schools and classes of tests/factories.py are
what counts as a name here.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

# As tests/factories.py names whoever and whatever it makes.
NAME = re.compile(r"\b(?:First|Last|Person |Adult |School |District |Section )\d+\b")
# A title, a choice and a text field hold characters alone, no elements. Attributes do so too, and are not looked at.
PLAIN = {"title", "option", "textarea", "script", "style"}


def names(html: str) -> list[NavigableString]:
    """Return the texts of a page in which a name stands, wherever an element can be around it."""
    texts = BeautifulSoup(html, "html.parser").find_all(string=NAME)
    return [
        text
        for text in texts
        if type(text) is NavigableString and not any(one.name in PLAIN for one in text.parents)
    ]


def loose_names(html: str) -> list[str]:
    """Return the texts, cut short, in which a name stands that is not set apart."""
    return [" ".join(text.split())[:80] for text in names(html) if not _is_set_apart(text)]


def needing_scripts(html: str) -> list[str]:
    """Return the links and buttons that everybody sees and that do nothing without a script."""
    page = BeautifulSoup(html, "html.parser")
    links = [link for link in page.find_all("a") if not re.match(r"[^#]|#.", str(link.get("href", "")))]
    scripted = [link for link in page.find_all("a") if str(link.get("href", "")).startswith("javascript:")]
    buttons = [one for one in page.find_all("button") if not _works(one)]
    handled = [tag for tag in page.select("*") if any(name.startswith("on") for name in tag.attrs)]
    return [str(one)[:120] for one in [*links, *scripted, *buttons, *handled] if not _is_hidden(one)]


def barriers(html: str) -> list[str]:
    """Return what a screen reader could not name: a language, a heading, a field, a button, a link, a picture."""
    page = BeautifulSoup(html, "html.parser")
    root = page.find("html")
    if not isinstance(root, Tag):
        return []
    lacks = [name for name in ("lang", "dir") if not root.get(name)]
    lacks += [name for name in ("title", "main") if not page.find(name)]
    lacks += ["one h1"] if len(page.find_all("h1")) != 1 else []
    silent = [
        *(one for one in page.select(_FIELDS) if not _label_of(one, page)),
        *(one for one in page.select("button, a[href], summary") if not _said(one)),
        *page.select(
            "img:not([alt]), svg:not([aria-hidden=true], [role=img][aria-label]), iframe:not([title])"
        ),
    ]
    return [f"lacks {one}" for one in lacks] + [str(one)[:120] for one in silent]


_FIELDS = "input:not([type=hidden], [type=submit]), select, textarea"


def _label_of(field: Tag, page: BeautifulSoup) -> str:
    by_id = [page.find(id=name) for name in str(field.get("aria-labelledby", "")).split()]
    labels = [page.find("label", attrs={"for": field.get("id") or "-"}), field.find_parent("label"), *by_id]
    return str(field.get("aria-label", "")) + "".join(_said(one) for one in labels if isinstance(one, Tag))


def _said(one: Tag) -> str:
    return str(one.get("aria-label", "")) or one.get_text(strip=True)


def _is_set_apart(text: NavigableString) -> bool:
    return any(one.name == "bdi" or one.get("dir") == "auto" for one in text.parents)


def _works(button: Tag) -> bool:
    """Say whether it sends a form."""
    is_of_a_form = bool(button.get("form")) or any(above.name == "form" for above in button.parents)
    return is_of_a_form and button.get("type", "submit") != "button"


def _is_hidden(one: Tag) -> bool:
    """Say whether it waits for a script to show it; a dialogue does, since nothing else opens one."""
    around = [one, *one.parents]
    return any(tag.name in {"template", "dialog"} or "hidden" in (tag.attrs or {}) for tag in around)
