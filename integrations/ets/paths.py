"""Which version of ETS's API a connection's paths speak, and what the paths of version 3 would be.

`EtsEndpoint` asks for its version; the configuration screen and the connection check show what a saved set-up is and
offer version 3 in one step. Seed 001: "The versions 1 and 2 of API will no longer be supported from March 14, 2026".
If this misreads a path, a parameter is sent that the server does not know, or an admin is told to change what is right.
"""

import re
from dataclasses import dataclass
from typing import Literal

Version = Literal["v1", "v2", "v3"]

# Version 1 stands behind /api, as its document and Infinite Campus's screen have it; version 3 does not.
_VERSIONED = re.compile(r"(?P<prefix>(?:/.*?)??)/(?:(?:api/)?(?P<old>v[12])|(?P<new>v3))(?P<rest>/.*)")
_REPORTS = "/score-reports"


@dataclass(frozen=True, slots=True)
class PathsDescription:
    """What three saved path parts are, and the three of version 3 to save in their place.

    `version` is the oldest that the parts name, `unknown` when they are none of ETS's. A prefix before the version is
    kept. For `v3` and its own spelling, saving the replacements changes at most slashes; for `unknown` they are the
    documented values, not a translation.
    """

    version: Literal["v1", "v2", "v3", "unknown"]
    students_path: str
    reports_path: str
    token_path: str

    @property
    def is_outdated(self) -> bool:
        """Say whether ETS has announced the end of this version."""
        return self.version in ("v1", "v2")


def version_named_in(*paths: str) -> Version | None:
    """Return the version in the first path that names one; whatever stands before it is no matter."""
    for path in paths:
        named = [piece.lower() for piece in path.split("/") if re.fullmatch(r"v[123]", piece, re.IGNORECASE)]
        if named:
            # Of a host's own prefix and ETS's path, ETS's comes last.
            return _version(named[-1])
    return None


def recognise(students_path: str, reports_path: str, token_path: str) -> PathsDescription:
    """Say what saved paths are. Slashes at their ends may be missing or doubled; nothing makes it raise.

    Infinite Campus's own values, `/api/v1/students/`, `/score-reports/` and `/api/v1/token` (with or without a last
    slash, both are in its guide), are version 1.
    """
    students, token = _parts(students_path, "/students"), _parts(token_path, "/token")
    if students is None or token is None or _tidy(reports_path) != _REPORTS:
        return PathsDescription("unknown", "/v3/students/", _REPORTS, "/v3/token")
    return PathsDescription(
        version=min(students[1], token[1]),
        students_path=f"{students[0]}/v3/students/",
        reports_path=_REPORTS,
        token_path=f"{token[0]}/v3/token",
    )


def _parts(path: str, ending: str) -> tuple[str, Version] | None:
    """Return what stands before the version, and the version, for a path that ends as ETS's does."""
    found = _VERSIONED.fullmatch(_tidy(path))
    if found is None or found["rest"] != ending:
        return None
    return found["prefix"], _version(found["old"] or found["new"])


def _tidy(path: str) -> str:
    pieces = [piece for piece in path.strip().split("/") if piece]
    return "".join(f"/{piece}" for piece in pieces)


def _version(named: str) -> Version:
    versions: dict[str, Version] = {"v1": "v1", "v2": "v2", "v3": "v3"}
    return versions[named]
