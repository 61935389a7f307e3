"""What the rules of axe do not look at: focus that is seen and not covered (WCAG 2.4.7, 2.4.11), and text with wider
spacing (1.4.12) that is not cut off. And that a sentence is one.

Called by the tests of pages in every state and every language.
"""

from __future__ import annotations

from playwright.sync_api import Page

# Everything of ours that Tab stops at, focused one after the other; covered is what no point of it can be seen of. A
# frame is not among them: what takes the focus in there is a report's.
_STOPS = """() => {
  const faults = [];
  const stops = document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
  const belongs = (at, top) => top && (at.contains(top) || top.contains(at) && !top.matches("body, html, main")
    || [...(at.labels || [])].some((label) => label.contains(top)));
  const seen = (at) => [...at.getClientRects()].some((box) => [0.1, 0.5, 0.9].some((down) => [0.1, 0.5, 0.9].some(
    (across) => belongs(at, document.elementFromPoint(box.left + box.width * across, box.top + box.height * down)))));
  const outlined = (at, part) => {
    const style = getComputedStyle(at, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  for (const at of stops) {
    if (!at.checkVisibility({visibilityProperty: true}) || at.disabled) continue;
    at.focus();
    if (document.activeElement !== at) continue;
    const name = `${at.tagName.toLowerCase()} ${(at.innerText || at.name || at.title || "").trim().slice(0, 40)}`;
    if (!seen(at)) faults.push(`${name}: covered or outside`);
    if (!outlined(at, null) && !outlined(at, "::after")) faults.push(`${name}: no outline`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return faults;
}"""
# The spacing that a reader may set by a style of their own; a sheet that the page's policy has no say in.
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_CLIPPED = """() => [...document.querySelectorAll("body *")].filter((at) => {
    const style = getComputedStyle(at);
    const clips = [style.overflowX, style.overflowY].some((way) => way === "hidden" || way === "clip");
    return clips && at.innerText && at.clientWidth > 2 && at.checkVisibility({visibilityProperty: true})
      && (at.scrollWidth > at.clientWidth + 1 || at.scrollHeight > at.clientHeight + 1);
  }).map((at) => `${at.tagName.toLowerCase()}.${at.className}: ${at.innerText.slice(0, 40)}`)"""

# Words and a name among them are a sentence; in a flex box each is a column of its own. A badge is one on purpose.
_TORN = """() => [...document.querySelectorAll("body *")].filter((at) => {
    if (!/flex|grid/.test(getComputedStyle(at).display) || !at.checkVisibility()) return false;
    const loose = [...at.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.textContent.trim());
    return loose && [...at.children].some((one) => one.matches("bdi, a, strong, em, time, code, span:not(.badge), b")
      && one.innerText.trim() && one.checkVisibility() && getComputedStyle(one).position !== "absolute");
  }).map((at) => `${at.tagName.toLowerCase()}.${at.className}: ${at.innerText.slice(0, 60)}`)"""


def bad_stops(page: Page) -> list[str]:
    """Return what can be focused and then is not seen, or shows no outline. Leaves the page scrolled to its top."""
    page.keyboard.press("Tab")  # from here on the browser shows focus as it does to a keyboard
    faults: list[str] = page.evaluate(_STOPS)
    return faults


def space_out(page: Page) -> None:
    """Set letters, words, lines and paragraphs apart as WCAG 1.4.12 says a reader may."""
    page.evaluate(_SPACING)


def torn_apart(page: Page) -> list[str]:
    """Return the elements whose sentence falls into columns."""
    found: list[str] = page.evaluate(_TORN)
    return found


def clipped(page: Page) -> list[str]:
    """Return the elements whose text is cut off."""
    found: list[str] = page.evaluate(_CLIPPED)
    return found
