"""Which addresses the sandbox's PowerSchool Enrollment has: the calls of the document, and what a link leads to.

`vendor.py` routes by it. Everything but `healthz` and the blobs stands behind the version.
"""

import re
from dataclasses import dataclass

VERSION = "/api/v1"
_BATCHES = r"/deliverytargets/(?P<target>[^/]+)"
_ACTION = r"/publishedactions/(?P<action>[^/]+)"


@dataclass(frozen=True)
class Endpoint:
    """`path` is a pattern of everything after the vendor's prefix."""

    name: str
    path: str
    method: str = "GET"
    with_key: bool = True


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("healthz", "/api/healthz", with_key=False),
    Endpoint("blob", r"/blob/[a-z0-9-]+/(?P<document>[0-9a-f-]{36})", with_key=False),
    *(
        Endpoint(name, VERSION + path, method)
        for name, method, path in (
            ("connection_test", "GET", "/connection/test"),
            ("publishedactions", "GET", "/publishedactions"),
            ("importschemas", "GET", f"{_ACTION}/importschemas"),
            ("import_roster", "POST", rf"{_ACTION}/importschemas/(?P<schema>[^/]+)"),
            ("deliverytargets", "GET", "/deliverytargets"),
            ("createbatch", "POST", f"{_BATCHES}/createbatch"),
            ("getbatches", "GET", rf"{_BATCHES}/getbatches(?:/(?P<parts>[^/]+(?:/[^/]+)?))?"),
            ("resetbatch", "POST", rf"{_BATCHES}/resetbatch/(?P<batch>[^/]+)"),
            ("checklists", "GET", "/checklists"),
            ("checklist", "GET", r"/checklists/(?P<checklist>[^/]+)"),
            ("checklistentries", "GET", r"/checklists/(?P<checklist>[^/]+)/checklistentries"),
            ("rosterrecords", "GET", f"{_ACTION}/rosterrecords"),
            ("rosterrecord", "GET", r"/rosterrecords/(?P<record>[^/]+)"),
            ("submissionrecords", "GET", f"{_ACTION}/submissionrecords"),
            ("submissionrecord", "GET", r"/submissionrecords/(?P<record>[^/]+)"),
            ("submission", "POST", "/submission"),
            ("named_document", "GET", "/documents/document/url"),
            ("document", "GET", r"/documents/(?P<document>[^/]+)"),
        )
    ),
)
NAMES = tuple(endpoint.name for endpoint in ENDPOINTS)
_PATTERNS = tuple((endpoint, re.compile(f"{endpoint.path}/?")) for endpoint in ENDPOINTS)


def find(path: str, method: str) -> tuple[Endpoint | None, dict[str, str], bool]:
    """The call of an address and what its variable parts hold; the last says that another method was meant."""
    other = False
    for endpoint, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and method in {endpoint.method, "HEAD" if endpoint.name == "blob" else endpoint.method}:
            return endpoint, {name: part for name, part in found.groupdict().items() if part}, False
        other = other or found is not None
    return None, {}, other
