"""Logos to upload: drawn here, so that no test needs a file."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def picture_file(kind: str = "PNG", size: tuple[int, int] = (300, 100), **save: object) -> bytes:
    """Return a picture file of a kind: a disc on nothing (or on black, where a kind knows no nothing)."""
    picture = Image.new("RGB" if kind in {"JPEG", "BMP"} else "RGBA", size)
    ImageDraw.Draw(picture).ellipse((2, 2, *(side - 3 for side in size)), fill=(122, 31, 31))
    out = io.BytesIO()
    picture.save(out, kind, **save)
    return out.getvalue()


def moving_picture(kind: str) -> bytes:
    frames = [Image.new("RGBA", (60, 60), (shade, 0, 0, 255)) for shade in (0, 255)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()
