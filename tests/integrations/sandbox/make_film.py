"""Makes the sandbox's one film, `integrations/sandbox/assets/film.webm`.

Run it by hand (`python -m tests.integrations.sandbox.make_film`) when the pictures shall change; the film stands in the
repository. Chromium draws and encodes them (VP8); the container is written here: a header with the length, an index
(so that a player can jump), the pictures.
"""

import base64
import struct
from pathlib import Path

from playwright.sync_api import sync_playwright

FILM = Path(__file__).parents[3] / "integrations" / "sandbox" / "assets" / "film.webm"
WIDTH, HEIGHT, SECONDS, A_SECOND = 480, 270, 8, 10
# One picture in so many stands for itself: there a player can begin.
WHOLE_EVERY = 20
MILLISECONDS = 1000 // A_SECOND

DRAW = """async ([width, height, count, rate, every]) => {
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d"), found = [];
  const encoder = new VideoEncoder({
    error: (problem) => { throw problem; },
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      found.push([chunk.type === "key", btoa(String.fromCharCode(...bytes))]);
    },
  });
  encoder.configure({codec: "vp8", width, height, framerate: rate, bitrate: 60000});
  const colours = ["#d6e2f0", "#a0bedc", "#5c8dbe", "#c98a1b"];
  const ease = (part) => 1 - (1 - Math.min(1, Math.max(0, part))) ** 3;
  for (let number = 0; number < count; number++) {
    const time = number / count;
    pen.fillStyle = "#14375e";
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#fff";
    pen.fillRect(40, height - 40, width - 80, 3);
    colours.forEach((colour, bar) => {
      const tall = ease(time * 5 - bar) * (60 + bar * 40);
      pen.fillStyle = colour;
      pen.fillRect(70 + bar * 90, height - 40 - tall, 60, tall);
    });
    pen.beginPath();
    pen.arc(40 + (width - 80) * time, height - 20, 7, 0, 7);
    pen.fillStyle = "#fff";
    pen.fill();
    const frame = new VideoFrame(canvas, {timestamp: number * 1e6 / rate, duration: 1e6 / rate});
    encoder.encode(frame, {keyFrame: number % every === 0});
    frame.close();
  }
  await encoder.flush();
  return found;
}"""


def element(identifier: int, *parts: bytes) -> bytes:
    """One element of EBML: its id, the length of its content in eight bytes, the content."""
    content = b"".join(parts)
    name = identifier.to_bytes((identifier.bit_length() + 7) // 8, "big")
    return name + (len(content) | 1 << 56).to_bytes(8, "big") + content


def number(identifier: int, value: int) -> bytes:
    return element(identifier, value.to_bytes(8, "big"))


def webm(pictures: list[tuple[bool, bytes]]) -> bytes:
    """A WebM file; each cluster begins with a whole picture."""
    kind = element(0x4282, b"webm")
    head = element(0x1A45DFA3, number(0x4286, 1), number(0x42F7, 1), number(0x42F2, 4), number(0x42F3, 8), kind,
                   number(0x4287, 2), number(0x4285, 2))  # fmt: skip
    length = struct.pack(">d", len(pictures) * MILLISECONDS)
    info = element(0x1549A966, number(0x2AD7B1, 1_000_000), element(0x4489, length),
                   element(0x4D80, b"sandbox"), element(0x5741, b"sandbox"))  # fmt: skip
    size = element(0xE0, number(0xB0, WIDTH), number(0xBA, HEIGHT))
    track = element(0xAE, number(0xD7, 1), number(0x73C5, 1), number(0x83, 1), element(0x86, b"V_VP8"), size)
    tracks = element(0x1654AE6B, track)
    clusters = [cluster(pictures, first) for first in range(0, len(pictures), WHOLE_EVERY)]
    start = len(info) + len(tracks) + len(index(clusters, 0))
    return head + element(0x18538067, info, tracks, index(clusters, start), *clusters)


def cluster(pictures: list[tuple[bool, bytes]], first: int) -> bytes:
    blocks = [
        element(0xA3, struct.pack(">BhB", 0x81, place * MILLISECONDS, 0x80 if whole else 0), data)
        for place, (whole, data) in enumerate(pictures[first : first + WHOLE_EVERY])
    ]
    return element(0x1F43B675, number(0xE7, first * MILLISECONDS), *blocks)


def index(clusters: list[bytes], start: int) -> bytes:
    points = []
    for place, content in enumerate(clusters):
        position = element(0xB7, number(0xF7, 1), number(0xF1, start))
        points.append(element(0xBB, number(0xB3, place * WHOLE_EVERY * MILLISECONDS), position))
        start += len(content)
    return element(0x1C53BB6B, *points)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        # Encoders are there for pages of this machine only, and about:blank is none.
        page.route("**/*", lambda route: route.fulfill(body="<p>", content_type="text/html"))
        page.goto("http://localhost/")
        drawn = page.evaluate(DRAW, [WIDTH, HEIGHT, SECONDS * A_SECOND, A_SECOND, WHOLE_EVERY])
        browser.close()
    FILM.write_bytes(webm([(whole, base64.b64decode(data)) for whole, data in drawn]))


if __name__ == "__main__":
    main()
