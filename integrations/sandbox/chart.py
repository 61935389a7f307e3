"""The picture on a sample HTML report: where the score lies on the scale of its levels. `pages.py` asks for it."""

from html import escape

from integrations.sandbox.results import AreaResult

_WIDTH, _HEIGHT, _TOP, _TALL = 720, 150, 55, 44
# From the lowest level to the highest, light to dark, with the ink that can be read on each.
_COLOURS = (("#d6e2f0", "#1d2733"), ("#a0bedc", "#1d2733"), ("#5c8dbe", "#fff"), ("#1f5894", "#fff"))


def draw(result: AreaResult) -> bytes:
    """The scale as SVG, one box a level, the score's marker above."""
    lowest, highest = result.bounds[0], result.bounds[-1]

    def place(score: int) -> int:
        return 20 + (_WIDTH - 40) * (score - lowest) // (highest - lowest)

    colours = _COLOURS[len(_COLOURS) - len(result.levels) :]
    boxes = ""
    for level, name in enumerate(result.levels):
        start, end = place(result.bounds[level]), place(result.bounds[level + 1])
        fill, ink = colours[level]
        boxes += (
            f'<rect x="{start}" y="{_TOP}" width="{end - start}" height="{_TALL}" fill="{fill}"/>'
            f'<text x="{(start + end) // 2}" y="{_TOP + 27}" fill="{ink}" font-size="13">{escape(name)}</text>'
        )
    bounds = "".join(
        f'<text x="{place(bound)}" y="{_TOP + _TALL + 20}" fill="#606c7a" font-size="13">{bound}</text>'
        for bound in result.bounds
    )
    middle = place(result.score)
    marker = (
        f'<path d="M{middle - 8} {_TOP - 16}h16l-8 14z" fill="#8a4b08"/>'
        f'<text x="{middle}" y="{_TOP - 24}" fill="#8a4b08" font-size="18" font-weight="bold">{result.score}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" font-family="sans-serif" text-anchor="middle">{boxes}{bounds}{marker}</svg>'
    ).encode()
