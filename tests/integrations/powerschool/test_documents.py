"""Links to documents: asked for with the key, opened without it, dead after two minutes, never led elsewhere."""

from __future__ import annotations

import traceback

import pytest

from integrations.http import VendorMisconfigured
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.records import DocumentLink
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import http, serving
from tests.integrations.powerschool import samples
from tests.integrations.powerschool.conftest import (
    At,
)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_document_opens_without_our_key(client: PowerSchoolClient, sandbox: SandboxServer, as_json: bool):
    sandbox.powerschool.links_are_json = as_json
    record = client.submission_record("910001")
    stream = client.open_document(client.document(record.data_items["doc_BirthCertificate"]))
    try:
        assert (stream.status, stream.content_type) == (200, "application/octet-stream")
        assert b"".join(stream.chunks()).startswith(b"%PDF-")
    finally:
        stream.close()


def test_a_document_can_be_named(client: PowerSchoolClient):
    record = client.submission_record("910001")
    link = client.named_document(file_name="añb.png", provider_uid=record.data_items["doc_ProofOfAddress"])
    stream = client.open_document(link)
    try:
        assert (stream.status, stream.content_type) == (200, "image/png")
    finally:
        stream.close()


def test_both_parameters_of_a_named_document_are_sent_in_base64_as_the_sample_shows(at: At):
    with serving(http(200, samples.LINK.encode())) as server:
        uid = "832775f6-6d82-4ead-9f13-b7c2fb406b48"
        at(server.url).named_document(file_name="xyz.jpg", provider_uid=uid)
    assert (
        b"GET /api/v1/documents/document/url?file=eHl6LmpwZw%3D%3D"
        b"&providerDocUID=ODMyNzc1ZjYtNmQ4Mi00ZWFkLTlmMTMtYjdjMmZiNDA2YjQ4 HTTP/1.1" in server.requests[0]
    )


def test_a_link_of_another_host_is_never_opened(client: PowerSchoolClient):
    for url in (
        "https://evil.example/x?sig=canary",
        "http://evil.blob.core.windows.net/x",
        "file:///etc/passwd",
    ):
        with pytest.raises(VendorMisconfigured, match="host-not-allowed") as caught:
            client.open_document(DocumentLink(url))
        assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_link_is_dead_after_two_minutes(client: PowerSchoolClient, sandbox: SandboxServer):
    link = client.document(client.submission_record("910001").data_items["doc_BirthCertificate"])
    sandbox.clock.advance(121)
    stream = client.open_document(link)
    stream.close()
    assert stream.status == 403
