"""The access matrix of the Django admin: every address of it × the cast, as `tests/test_access_matrix.py` runs it."""

from __future__ import annotations

from tests.access_rows import (
    ADDS_SET_UP,
    DELETES_SET_UP,
    EVERYBODY,
    IN_THE_ADMIN,
    NOBODY,
    SETS_UP_DISTRICT,
    SETS_UP_SCHOOL_A,
    SUPERUSER,
    Row,
)

# The Django admin: 302 leads to its sign-in or, for a row outside one's scope, back to its first page. Django's own way
# of saying "no such row" is a redirect with a message; both look the same for a row that never was.
CONNECTION = "/admin/integrations/connection/{connection}/"


def admin_rows(
    model: str, primary_key: str, change: frozenset[str], *, add: frozenset[str], delete: frozenset[str]
) -> dict[str, list[Row]]:
    """The five pages of a scoped model: `change` may open the named row, `add` make new ones, `delete` delete some.

    Whoever has no such right anywhere gets 403, whichever row they name.
    """
    base = f"/admin/{model}/"

    def closed(page: str, to: frozenset[str]) -> Row:
        return Row(f"{base}{page}", to, status=403, of=to)

    name = "admin:" + model.replace("/", "_")
    return {
        f"{name}_changelist": [Row(base, IN_THE_ADMIN, others=302)],
        f"{name}_add": [
            Row(f"{base}add/", add, others=302, of=EVERYBODY - (IN_THE_ADMIN - add)),
            closed("add/", IN_THE_ADMIN - add),
        ],
        f"{name}_change": [Row(f"{base}{primary_key}/change/", change, others=302)],
        f"{name}_history": [Row(f"{base}{primary_key}/history/", change, others=302)],
        f"{name}_delete": [
            Row(
                f"{base}{primary_key}/delete/",
                delete & change,
                others=302,
                of=EVERYBODY - (IN_THE_ADMIN - delete),
            ),
            closed(f"{primary_key}/delete/", IN_THE_ADMIN - delete),
        ],
    }


def log_rows(model: str) -> dict[str, list[Row]]:
    """A read-only log: for whoever runs the server; a log row of nobody's is a redirect to the first page."""
    base = f"/admin/{model}/"
    name = "admin:" + model.replace("/", "_")

    def pages(page: str, superuser: int) -> list[Row]:
        return [
            Row(f"{base}{page}", SUPERUSER, status=superuser, others=403, of=IN_THE_ADMIN),
            Row(f"{base}{page}", NOBODY, others=302, of=EVERYBODY - IN_THE_ADMIN),
        ]

    return {
        f"{name}_changelist": pages("", 200),
        f"{name}_add": pages("add/", 403),
        f"{name}_change": pages("{log}/change/", 200),
        f"{name}_history": pages("{log}/history/", 200),
        f"{name}_delete": pages("{log}/delete/", 403),
    }


ADMIN: dict[str, list[Row]] = {
    "admin:index": [Row("/admin/", IN_THE_ADMIN, others=302)],
    "admin:app_list": [Row("/admin/integrations/", IN_THE_ADMIN, others=302)],
    "admin:login": [Row("/admin/login/", IN_THE_ADMIN, status=302, others=403)],
    "admin:logout": [Row("/admin/logout/", IN_THE_ADMIN, status=405, others=302)],
    "admin:password_change": [Row("/admin/password_change/", IN_THE_ADMIN, others=302)],
    "admin:password_change_done": [Row("/admin/password_change/done/", IN_THE_ADMIN, others=302)],
    "admin:jsi18n": [Row("/admin/jsi18n/", IN_THE_ADMIN, others=302)],
    "admin:autocomplete": [Row("/admin/autocomplete/", IN_THE_ADMIN, status=403, others=302)],
    "admin:view_on_site": [Row("/admin/r/1/1/", IN_THE_ADMIN, status=404, others=302)],
    **log_rows("accounts/accessrecord"),
    **log_rows("accounts/accesschange"),
    **admin_rows("accounts/district", "{district}", SETS_UP_DISTRICT, add=NOBODY, delete=NOBODY),
    **admin_rows("accounts/school", "{school}", SETS_UP_SCHOOL_A, add=NOBODY, delete=NOBODY),
    **admin_rows(
        "integrations/connection", "{connection}", SETS_UP_DISTRICT, add=ADDS_SET_UP, delete=DELETES_SET_UP
    ),
    **admin_rows(
        "scorereports/configuration",
        "{configuration}",
        SETS_UP_DISTRICT,
        add=ADDS_SET_UP,
        delete=DELETES_SET_UP,
    ),
    **admin_rows(
        "integrations/syncsettings", "{settings}", SETS_UP_DISTRICT, add=DELETES_SET_UP, delete=NOBODY
    ),
    **admin_rows(
        "integrations/rolemapping", "{mapping}", SETS_UP_DISTRICT, add=DELETES_SET_UP, delete=DELETES_SET_UP
    ),
    **admin_rows("integrations/deliverytarget", "{target}", SETS_UP_DISTRICT, add=NOBODY, delete=NOBODY),
    **admin_rows(
        "integrations/publishedaction", "{publishedaction}", SETS_UP_DISTRICT, add=NOBODY, delete=NOBODY
    ),
    **admin_rows("integrations/rosterschema", "{rosterschema}", SETS_UP_DISTRICT, add=NOBODY, delete=NOBODY),
    "admin:integrations_connection_test": [
        Row(f"{CONNECTION}test/", SETS_UP_DISTRICT, others=302, method="post"),
        Row(f"{CONNECTION}test/", IN_THE_ADMIN, status=405, others=302),
    ],
    # What these change is in tests/integrations; all of them lead back to the connection, or away from it.
    **{
        f"admin:integrations_connection_{name}": [
            Row(f"{CONNECTION}{name}/", SETS_UP_DISTRICT, status=302, others=302, method="post"),
            Row(f"{CONNECTION}{name}/", IN_THE_ADMIN, status=405, others=302),
        ]
        for name in ("leas", "pin", "paths")
    },
}
