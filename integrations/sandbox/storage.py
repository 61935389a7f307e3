"""The files behind the links, with S3's manners: ranges, XML errors, links that grow old.

`ets.py` hands it requests for `/ets/s3/…`. Files are made when asked for; a bounded number stays in memory.
"""

import re
import uuid
from functools import lru_cache
from hashlib import blake2b

from integrations.sandbox import pages, pdf
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import PDF, XML, Reply, Request
from integrations.sandbox.links import LIFETIME_SECONDS, LinkInvalidError, LinkSigner, Target, file_of
from integrations.sandbox.reports import ScoreReport
from integrations.sandbox.world import World

KEPT_FILES = 256
# What a link of the format VIDEO opens: a page with a player, or the film itself.
PAGE, FILE = "page", "file"
VIDEO_FORMS = (PAGE, FILE)
ASSETS = frozenset(pages.PARTS)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_MESSAGES = {
    "AccessDenied": "Access Denied",
    "SignatureDoesNotMatch": "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method.",
    "InvalidRange": "The requested range is not satisfiable",
}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class Storage:
    def __init__(self, world: World, clock: SandboxClock, links: LinkSigner) -> None:
        self.world = world
        self.clock = clock
        self.links = links
        self.file = lru_cache(maxsize=KEPT_FILES)(self._make)

    def open(self, request: Request, name: str, *, is_part: bool) -> Reply:
        """Answer a link, or a part of a page. Only GET was signed for: S3 refuses any other method."""
        if request.method != "GET":
            return self._refusal(LinkInvalidError("SignatureDoesNotMatch"))
        moment = self.clock.now()
        try:
            if is_part:
                target = self.links.read_part(name, moment=moment)
            else:
                target = self.links.read(name, request.query, moment=moment)
            content_type, content = self.file(target, file_of(name))
        except LinkInvalidError as error:
            return self._refusal(error)
        return ranged(content_type, content, request.headers.get("Range"))

    def sample_pdf(self) -> bytes:
        """The first PDF in the district."""
        for student in self.world.students():
            for report in self.world.reports_for(student):
                if report.format == "PDF":
                    return self.file(Target(student.index, report.ordinal), "")[1]
        raise LookupError("This district has no reports.")

    def _make(self, target: Target, file: str) -> tuple[str, bytes]:
        """A file's type and bytes; the file without a name is the PDF."""
        student = self.world.student(target.student_index)
        report = self.world.reports_for(student)[target.ordinal]
        if file in pages.FILES.get(report.format, ()):
            return pages.make(self.world, student, report, file)
        if report.format == "PDF" and not file:
            return PDF, pdf.score_report(self.world, student, report)
        # S3 says the same of a file that is not there to whoever may not list the folder.
        raise LinkInvalidError("AccessDenied")

    def _refusal(self, error: LinkInvalidError) -> Reply:
        message, details = _MESSAGES[error.code], ""
        if error.expired_at is not None:
            message = "Request has expired"
            details = (
                f"<X-Amz-Expires>{LIFETIME_SECONDS}</X-Amz-Expires>"
                f"<Expires>{error.expired_at.strftime(_TIME)}</Expires>"
                f"<ServerTime>{self.clock.now().strftime(_TIME)}</ServerTime>"
            )
        return xml_error(403, error.code, message, details)


def place_of(report: ScoreReport, *, video: str) -> str:
    """Where a report's link leads, behind its token."""
    places = {"HTML": "/report.html", "VIDEO": "/film.html" if video == PAGE else "/film.webm"}
    return places.get(report.format, ".pdf")


def xml_error(status: int, code: str, message: str, details: str = "") -> Reply:
    """S3's error document."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>{details}"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId><HostId>sandbox</HostId></Error>"
    )
    return Reply(status, body.encode(), XML)


def ranged(content_type: str, content: bytes, wanted: str | None) -> Reply:
    """The file, or the one range asked for (206), or 416. Several ranges at once get the whole file, as from S3."""
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    headers = [("Accept-Ranges", "bytes"), ("ETag", tag)]
    found = _RANGE.fullmatch(wanted.strip()) if wanted else None
    if found is None or found[0] == "bytes=-":
        return Reply(200, content, content_type, headers)
    size = len(content)
    if found[1]:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    else:
        first, last = max(0, size - int(found[2])), size - 1
    if first > last:
        reply = xml_error(416, "InvalidRange", _MESSAGES["InvalidRange"])
        reply.headers.append(("Content-Range", f"bytes */{size}"))
        return reply
    headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    return Reply(206, content[first : last + 1], content_type, headers)
