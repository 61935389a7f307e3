import base64
import io
import json
import logging
import uuid
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from portal.base.redaction import MASK, RedactingFilter, redact, redact_event

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
BASIC = base64.b64encode(b"canary:secret^00").decode()
LINK = (
    "https://reports-bucket.s3.us-west-2.amazonaws.com/2026/canary-key.pdf"
    "?X-Amz-Credential=AKIA&X-Amz-Signature=0123456789abcdef"
)
SSID = "9876543210"
CANARIES = [
    JWT,
    LINK,
    SSID,
    f"Basic {BASIC}",
    f"Bearer {BASIC}",
    f"Authorization: {BASIC}",
    "parent.canary+1@example.org",
    "parent.canary%40example.org",
    "api_token=sandbox:canary^00",
    "password: canary-canary",
]
# What of each canary must not be left anywhere.
SECRETS = [
    JWT,
    "canary-key",
    "X-Amz-Signature",
    SSID,
    BASIC,
    "canary@",
    "parent.canary",
    "canary^00",
    "canary-canary",
]
AROUND = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=60)


def clean(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


@pytest.mark.promise("S2")
@given(st.sampled_from(CANARIES), AROUND, AROUND)
@example(LINK, "x", "")
@example(SSID, "\u0663", "")
def test_no_canary_survives_in_any_surrounding_text(canary, before, after):
    assert clean(redact(f"{before} {canary} {after}"))
    assert clean(redact(before + canary + after))


@pytest.mark.promise("S2")
@pytest.mark.parametrize("canary", CANARIES[:8])
@pytest.mark.parametrize(
    "before",
    [
        *(
            "://",
            "token=",
            "token: ",
            "?",
            "?x=",
            "Basic ",
            "basic",
            "eyJhbGci",
            "Key (",
            "%3A%2F%2F",
            "/a",
            "x@",
        ),
        *(
            "a@b.c",
            "1b4e28ba-2fa1-11d2-883f-0016d3cca42f",
            "password='",
            'cookie: "',
            "failing row contains ",
        ),
    ],
)
def test_no_canary_survives_behind_something_that_is_masked_itself(before, canary):
    assert clean(redact(before + canary))
    assert clean(redact(f"{before} {canary}"))


@pytest.mark.promise("S2")
@given(
    st.recursive(
        st.sampled_from(CANARIES),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["event", "url", "detail", *CANARIES]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_no_canary_survives_in_nested_values(value):
    event = redact_event(None, "info", {"event": "x", "value": value, "bytes": repr(value).encode()})
    assert clean(json.dumps(event))


@pytest.mark.promise("S2")
@given(st.sampled_from([SSID, JWT, LINK, f"Basic {BASIC}"]))
def test_redacting_twice_changes_nothing_more(canary):
    once = redact(f"before {canary} after")
    assert redact(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"GET {LINK} failed", f"GET https://reports-bucket.s3.us-west-2.amazonaws.com/{MASK} failed"),
        (
            f"https://x.ets.org/v3/students/{SSID}/score-reports?lang=EN",
            f"https://x.ets.org/v3/students/{MASK}/score-reports?{MASK}",
        ),
        ("with url: /a/canary-key.pdf?X-Amz-Signature=1 (Caused by", f"with url: /{MASK}?{MASK} (Caused by"),
        ('"GET /students/?q=Canary HTTP/1.1" 200', f'"GET /students/?{MASK} HTTP/1.1" 200'),
        (f"{{'Authorization': '{JWT}', 'Accept': 'x'}}", f"{{'Authorization': {MASK}, 'Accept': 'x'}}"),
        ("redis://:canary@host:6379/0", f"redis://{MASK}@host:6379/0"),
        ("https:\\/\\/b.s3.amazonaws.com\\/canary-key?Signature=1", f"https://b.s3.amazonaws.com/{MASK}"),
        ("https%3A%2F%2Fb.example%2Fcanary-key%3Fsig%3D1", f"https{MASK}"),
        (
            "DETAIL:  Failing row contains (1, Ana, Canary, 2010-01-01).",
            f"DETAIL:  Failing row contains {MASK}",
        ),
        ("Key (last_name)=(Canary) already exists.", f"Key (last_name)={MASK}"),
        ("Student(first_name='Ana', last_name='Canary')", f"Student(first_name={MASK}, last_name={MASK})"),
        ("Set-Cookie: __Host-session=canary; Path=/", f"Set-Cookie: {MASK}"),
        (f"ssid={SSID}&x", f"ssid={MASK}"),
    ],
)
@pytest.mark.promise("S2")
def test_it_masks(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "student 1b4e28ba-2fa1-11d2-883f-0016d3cca427 opened",
        "uuid 12345678-1234-1234-1234-123456789012",
        "uuid 1b4e28ba-2fa1-11d2-883f-a1234567890b",
        "GET /students/1b4e28ba-2fa1-11d2-883f-0016d3cca427/reports/ HTTP/1.1 200 51234",
        "rows=123456789 of 12345678901, 64 threads, port 8000",
        "2026-11-02T12:00:00.123456Z request took 0.123 s",
        "https://example.org/help/",
        "secret_id=1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "What now? Nothing.",
        "LEA 001111111 and CDS 19647330000000",
    ],
)
def test_it_leaves_readable_what_an_operator_needs(text):
    assert redact(text) == text


@pytest.mark.promise("S2")
def test_values_under_telling_keys_are_masked_whatever_they_look_like():
    event = redact_event(
        None,
        "info",
        {
            "event": "x",
            **dict.fromkeys(
                [
                    "api_token",
                    "clientSecret",
                    "Password",
                    "AUTHORIZATION",
                    "Set-Cookie",
                    "ssid",
                    "studentSSID",
                    "first_name",
                    "lastName",
                    "name",
                    "user_name",
                    "email",
                    "parentEmail",
                    "birth_date",
                ],
                "canary",
            ),
            "headers": [("Authorization", "canary"), ("Accept", "text/html")],
            "nested": {"deep": [{"token": 12345}]},
            "number": int(SSID),
        },
    )
    assert "canary" not in json.dumps(event)
    assert event["nested"] == {"deep": [{"token": MASK}]}
    assert event["headers"][1] == ["Accept", "text/html"]
    assert event["number"] == MASK


def test_ids_counts_and_technical_names_stay_readable():
    same = {
        "event": "x", "secret_id": "abc", "token_count": 3, "logger_name": "l", "file_name": "f.py", "count": 12,
        "has_token": True, "email": None, "seconds": 0.5, "at": datetime(2026, 1, 1, tzinfo=UTC), "id": uuid.uuid4(),
        "queryset_name": None, "path": "/students/", "vendor_name": "ets",
    }  # fmt: skip
    assert redact_event(None, "info", dict(same)) == same


def failing() -> None:
    try:
        raise ValueError(f"first {LINK}")
    except ValueError as error:
        raise RuntimeError(f"Max retries exceeded for {SSID}") from error


@pytest.mark.promise("S2")
def test_exceptions_are_masked_with_everything_they_were_raised_from():
    try:
        failing()
    except RuntimeError as error:
        event = redact_event(None, "error", {"event": "x", "exc_info": error, "error": error})
    assert "Traceback" in event["exception"]
    assert "ValueError" in event["exception"]
    assert clean(json.dumps(event))


@pytest.fixture
def lines():
    """A standard library logger with the filter on its handler; and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, handler, stream
    logger.removeHandler(handler)


@pytest.mark.promise("S2")
def test_a_standard_record_is_masked_in_message_arguments_and_traceback(lines):
    logger, _, stream = lines
    logger.warning("opening %s for %d by %s", LINK, int(SSID), {"mail": "parent.canary@example.org"})
    try:
        failing()
    except RuntimeError:
        logger.exception("failed with %s", JWT)
    wrong = "wrong %d arguments %s"
    logger.error(wrong, SSID)
    assert clean(stream.getvalue())
    assert "Traceback" in stream.getvalue()
    assert stream.getvalue().startswith("WARNING opening https://")


@pytest.mark.promise("S2")
def test_the_canaries_are_found_with_the_filter_off(lines):
    logger, handler, stream = lines
    handler.filters.clear()
    logger.warning("opening %s for %s with %s", LINK, SSID, JWT)
    assert LINK in stream.getvalue()
    assert SSID in stream.getvalue()
    assert JWT in stream.getvalue()


@pytest.mark.promise("S2")
def test_the_traceback_survives_structlogs_formatter(lines):
    logger, handler, stream = lines
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer()))
    try:
        failing()
    except RuntimeError:
        logger.exception("failed")
    assert "RuntimeError" in stream.getvalue()
    assert clean(stream.getvalue())


def test_a_value_that_cannot_be_printed_does_not_break_the_line():
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("canary")

    assert redact_event(None, "info", {"event": "x", "value": Broken()})["value"] == "<Broken>"


def test_a_value_that_holds_itself_comes_to_an_end():
    loop: list = []
    loop.append(loop)
    assert MASK in json.dumps(redact_event(None, "info", {"event": "x", "value": loop}))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "/a",
        "?",
        "a@",
        "eyJ",
        "://",
        "key (",
        "csrf",
        "basic ",
        "9",
        "%3A%2F",
        "cookie",
        "token=",
        "'",
        "=",
    ],
)
def test_long_hostile_text_takes_no_longer_than_its_length_deserves(piece):
    """A quadratic pattern would need minutes for this."""
    redact(piece * 20_000)
