"""What each version of ETS's Score Report API knows: paths, codes, parameters and the fields of a row.

`ets.py` answers by it. The tables are those of ETS's documents of versions 1 and 3, each taken as the whole of what
that version knows.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from integrations.sandbox.reports import ScoreReport

_YEAR = re.compile(r"[0-9]{4}")
_STUDENT_PATH = re.compile(r"/students/([^/]*)/score-reports/?")


class MalformedParameterError(Exception):
    """A parameter that ETS answers with 400."""


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """`formats` empty: there is no such parameter and nothing but PDF; rows then name neither format nor area."""

    path: str
    types: frozenset[str]
    languages: frozenset[str]
    formats: frozenset[str]
    has_verify: bool

    def student_of(self, path: str) -> str | None:
        """What stands for the SSID in this version's path of a student's reports, or None for another path."""
        found = _STUDENT_PATH.fullmatch(path.removeprefix(self.path)) if path.startswith(self.path) else None
        return found[1] if found else None

    def lists(self, report: ScoreReport) -> bool:
        """Whether this version has words for such a report."""
        in_format = bool(self.formats) or report.format == "PDF"
        return in_format and report.type in self.types and report.language in self.languages

    def parameters(self, query: str) -> dict[str, str]:
        """The known parameters that have a value, checked; MalformedParameterError for a value ETS does not know.

        A parameter without a value counts as not given ("if left blank…"); unknown names are passed over.
        """
        known = {"type", "lang", "year", "final", *(["format"] if self.formats else [])}
        found: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in known:
                continue
            if name in found:
                raise MalformedParameterError
            found[name] = value
        wanted = {name: value for name, value in found.items() if value}
        well_formed = (
            wanted.get("type", "CAASPP") in self.types
            and wanted.get("lang", "EN") in self.languages
            and _YEAR.fullmatch(wanted.get("year", "2000"))
            and ("format" not in wanted or wanted["format"] in self.formats)
            and wanted.get("final", "true") in ("true", "false")
        )
        if not well_formed:
            raise MalformedParameterError
        return wanted

    def row(self, report: ScoreReport, url: str) -> dict[str, str | int]:
        """One report as this version lists it, fields in the document's order."""
        start: dict[str, str | int] = {"type": report.type, "lang": report.language, "year": report.year}
        if self.formats:
            start |= {"format": report.format, "content area": report.content_area}
        return {**start, "grade": report.grade, "url": url}


# Both documents' table 1, with both codes of the California Science Test. Version 1 says of EIA "Currently not
# available": it takes the code and has no such report.
_V1_TYPES = frozenset(("CAASPP", "STS", "CST", "CAST", "CSA", "CAAS", "ESA", "EIA", "LEXQUAN"))
_NOT_AVAILABLE_IN_V1 = "EIA"
V1 = ApiVersion(
    path="/api/v1",
    types=_V1_TYPES,
    languages=frozenset(("EN", "ES", "VI", "ZH", "FL")),
    formats=frozenset(),
    has_verify=False,
)
V3 = ApiVersion(
    path="/v3",
    types=_V1_TYPES | {"EIALT", "ESALT"},
    languages=V1.languages | {"KR", "AR"},
    formats=frozenset(("HTML", "html", "PDF", "pdf", "ALL", "all", "VIDEO", "video")),
    has_verify=True,
)


def matches(report: ScoreReport, wanted: dict[str, str], version: ApiVersion) -> bool:
    """Whether a report is among those asked for. CST is the old code of CAST."""
    if not version.lists(report) or (version is V1 and report.type == _NOT_AVAILABLE_IN_V1):
        return False
    report_type = "CAST" if wanted.get("type") == "CST" else wanted.get("type", report.type)
    final = "true" if report.final else "false"
    return (
        report_type == report.type
        and wanted.get("lang", report.language) == report.language
        and wanted.get("year", str(report.year)) == str(report.year)
        and wanted.get("format", "ALL").upper() in ("ALL", report.format)
        and wanted.get("final", final) == final
    )
