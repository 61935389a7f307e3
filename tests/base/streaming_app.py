"""A portal of one view, for gunicorn: a stream whose upstream behaves as the query says, and a page that tells.

`/stream?kind=endless|fails|whole&length=1&stall=1` streams; `/told` answers, as JSON, what the streams of this process
came to.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    STREAM_SLOTS=2,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    LOGGING_CONFIG=None,
)

import django  # noqa: E402 - what is imported needs the settings that the lines above prepare

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - what is imported needs the settings that the lines above prepare
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402 - what is imported needs the settings that the lines above prepare
from django.urls import path  # noqa: E402 - what is imported needs the settings that the lines above prepare

from portal.base import streaming  # noqa: E402 - what is imported needs the settings that the lines above prepare

CHUNK = b"%PDF-" + b"x" * 65_531
told: list[list[object]] = []
closed: list[bool] = []


class Upstream:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def chunks(self) -> Iterator[bytes]:
        for _ in range(10_000 if self.kind == "endless" else 10):
            yield CHUNK
        if self.kind == "fails":
            raise ConnectionResetError("https://canary.example/canary-link")

    def close(self) -> None:
        closed.append(True)


def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    slot = streaming.take()
    if slot is None:
        return HttpResponse("busy", status=503)
    kind = request.GET["kind"]
    upstream = Upstream(kind)
    content = streaming.GuardedStream(
        upstream,
        upstream.chunks(),
        slot=slot,
        on_finish=lambda outcome, sent: told.append([outcome, sent]),
        max_bytes=10**12,
        stall_seconds=1,
    )
    streaming.limit_stalls(request.META, seconds=1)
    response = StreamingHttpResponse(content, content_type="application/pdf")
    if "length" in request.GET:
        response["Content-Length"] = str(len(CHUNK) * 20 if kind == "fails" else len(CHUNK) * 10)
    return response


def tell(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"told": told, "closed": len(closed), "taken": streaming.taken()})


urlpatterns = [path("stream", stream), path("told", tell)]
application = get_wsgi_application()
