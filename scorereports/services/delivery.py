"""How a report reaches the browser: through us, or by the state's own link; inside our page, or in a new tab.

Asked by the opening, the list and the viewer. A PDF streams unless the district says otherwise, a web page is sent to
its link unless the district says otherwise, a video always (players ask for ranges), and so is whatever ETS invents
next: only bytes whose kind we can check pass through our own address (docs/adr/0006).
"""

from __future__ import annotations

from integrations import clients
from portal.base.clock import local_today
from portal.base.magic import Kind
from scorereports import catalog
from scorereports.keys import ReportKey
from scorereports.models import Configuration
from scorereports.models.configuration import Delivery, Display
from scorereports.outcomes import Outcome
from scorereports.services.failures import Unavailable


def streamed_as(configuration: Configuration, report_format: str) -> Kind | None:
    """Return the kind of content to stream, or None where the browser is sent to the link."""
    if report_format == "PDF" and configuration.pdf_delivery == Delivery.STREAM:
        return "PDF"
    if report_format == "HTML" and configuration.html_delivery == Delivery.STREAM:
        return "HTML"
    return None


def can_be_saved(configuration: Configuration, report_format: str) -> bool:
    """Say whether we can offer "Save": only what passes through us gets a file name of ours."""
    return streamed_as(configuration, report_format) == "PDF"


def is_embedded(configuration: Configuration) -> bool:
    return configuration.display == Display.EMBEDDED


def frame_origins(configuration: Configuration, report_format: str) -> list[str]:
    """Return the origins a page that frames this report must allow besides our own."""
    if streamed_as(configuration, report_format):
        return []
    return clients.link_origins(configuration.connection)


def needs_own_tab(configuration: Configuration, report_format: str, link: str = "") -> bool:
    """Say whether our page cannot frame this: the browser is sent to a host that the page's policy does not name.

    Without the link, as before an opening, by the host that this connection's links led to first.
    """
    if streamed_as(configuration, report_format):
        return False
    connection = configuration.connection
    seen = connection.link_host or connection.seen_link_host
    link = link or (f"https://{seen}/" if seen else "")
    return bool(link) and not clients.may_be_framed(connection, link)


def why_not_listed(key: ReportKey) -> Unavailable:
    """Say why a report that somebody has the address of is not in ETS's list: too old, or taken back."""
    oldest = catalog.kept_years(local_today())[-1]
    if key.year.isdigit() and int(key.year) < oldest:
        return Unavailable(Outcome.TOO_OLD, facts={"oldest": catalog.year_label(str(oldest))})
    return Unavailable(Outcome.GONE)
