"""A district's logo: from a file that somebody uploads to a picture that every page may show.

What is kept is a PNG that is painted anew from the upload's pixels: nothing of the file itself reaches a browser, no
hidden text, no place where a photo was taken, nothing that is a picture and a script at once. SVG is refused, since it
is a document that may carry scripts and fetch from elsewhere; what makes one safe for good is a list nobody ends.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

MOST_BYTES = 200 * 1024
SHORTEST_SIDE, LONGEST_SIDE = 24, 4000
WIDEST = 6  # times as wide as high: the header has one line
# Three device pixels for each of the header's, and no more: it is on every page.
_HEIGHT, _WIDTH = 120, 480
_STARTS = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "WEBP": b"RIFF"}


_UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
)


class BadLogo(Exception):
    """The file is not one that pages may show. The message says why, for the person who uploaded it."""


@dataclass(frozen=True)
class Picture:
    """`png` is the file; width and height in pixels."""

    png: bytes
    width: int
    height: int


def painted(file: bytes) -> Picture:
    """Return the picture of an upload. BadLogo: another kind of file, too large, too wide, or broken."""
    if len(file) > MOST_BYTES:
        raise BadLogo(_("The file is larger than 200 KB. Save the logo smaller and upload it again."))
    kind = next((name for name, start in _STARTS.items() if file.startswith(start)), "")
    if not kind:
        raise BadLogo(_("This is no PNG, JPEG or WebP picture. Save the logo as PNG and upload it again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _painted(file, kind)
    except BadLogo:
        raise
    except _UNREADABLE:
        pass
    # Outside the handler: the library's words are no help to anybody here.
    raise BadLogo(_("The picture cannot be read. Save the logo as PNG and upload it again."))


def _painted(file: bytes, kind: str) -> Picture:
    # Only the decoder of the kind that its first bytes name: there are dozens of others.
    with Image.open(io.BytesIO(file), formats=[kind]) as upload:
        _check_size(*upload.size)
        if getattr(upload, "n_frames", 1) > 1:
            raise BadLogo(_("The picture moves. Upload one that stands still."))
        picture = upload.convert("RGBA")
    picture.thumbnail((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    fresh = Image.new("RGBA", picture.size)
    fresh.paste(picture)
    out = io.BytesIO()
    fresh.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), *fresh.size)


def _check_size(width: int, height: int) -> None:
    """Look at the size the file says before a pixel is painted: some say a size that fills the memory."""
    if min(width, height) < SHORTEST_SIDE or max(width, height) > LONGEST_SIDE:
        raise BadLogo(
            _("The picture has %(width)s × %(height)s pixels. From 24 to 4000 pixels a side are right.")
            % {"width": width, "height": height}
        )
    if width > WIDEST * height or height > 2 * width:
        raise BadLogo(_("The picture is too wide or too high for the line at the top of each page."))
