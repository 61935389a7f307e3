"""Connections in the Django admin: for whoever reaches every school that uses one, with its test and its repairs."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.admin_scope import DeletedByName, signed_in
from accounts.models import District, School, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.enrollment_admin import DeliveryTargetAdmin, PublishedActionAdmin, RosterSchemaAdmin
from integrations.forms.connection import ConnectionForm
from integrations.forms.illuminate import IlluminateConnectionForm
from integrations.forms.leas import LeasForm
from integrations.forms.powerschool import PowerSchoolConnectionForm
from integrations.models import Connection, Vendor
from integrations.services import checks, connections, expiry, leas, scopes, versions
from integrations.sync_admin import RoleMappingAdmin, SyncSettingsAdmin

# Django looks for admin pages in this module alone.
__all__ = [
    "ConnectionAdmin",
    "DeliveryTargetAdmin",
    "PublishedActionAdmin",
    "RoleMappingAdmin",
    "RosterSchemaAdmin",
    "SyncSettingsAdmin",
]

PLACE = ("name", "district", "school")
ENDPOINTS = ("students_path", "reports_path", "token_path")
DETAILS: Any = (
    (gettext_lazy("Where"), {"fields": ("server", "other_server", *ENDPOINTS)}),
    (gettext_lazy("Credentials"), {"fields": ("key", "secret", "expires", "notify")}),
    (gettext_lazy("Report links"), {"fields": ("link_host",)}),
)
TOKENS = ("key", "secret", "token", "token_secret", "without_token")
# Of connections that belong to a whole district.
OF_A_DISTRICT: Any = (
    (None, {"fields": ("name", "district")}),
    (gettext_lazy("Where"), {"fields": ("base_url",)}),
)
ILLUMINATE_SHOWN = ("shown_key", "shown_secret", "shown_token", "shown_token_secret")
DOCUMENTS: Any = (gettext_lazy("Documents"), {"fields": ("link_host",)})
FORMS: Any = {
    Vendor.ETS: ConnectionForm,
    Vendor.ILLUMINATE: IlluminateConnectionForm,
    Vendor.POWERSCHOOL: PowerSchoolConnectionForm,
}
# By vendor: what whoever may change it gets, and what whoever may only look.
FIELDSETS: Any = {
    Vendor.ILLUMINATE: (
        (*OF_A_DISTRICT, (gettext_lazy("Credentials"), {"fields": TOKENS})),
        (*OF_A_DISTRICT, (gettext_lazy("Credentials"), {"fields": ILLUMINATE_SHOWN})),
    ),
    Vendor.POWERSCHOOL: (
        (*OF_A_DISTRICT, (gettext_lazy("Credentials"), {"fields": ("secret",)}), DOCUMENTS),
        (*OF_A_DISTRICT, (gettext_lazy("Credentials"), {"fields": ("shown_api_key",)}), DOCUMENTS),
    ),
}
CONNECTION_FIELDSETS: Any = ((None, {"fields": ("name",)}), *DETAILS)


@admin.register(Connection)
class ConnectionAdmin(DeletedByName):
    form = ConnectionForm
    change_form_template = "admin/integrations/connection_form.html"
    change_list_template = "admin/integrations/connection_list.html"
    list_display = ("name", "vendor", "district", "school", "base_url", "lives_for")
    fieldsets = ((None, {"fields": PLACE}), *DETAILS)
    # For whoever may look and not change: no field of the form, so nothing to post.
    shown = (
        (None, {"fields": PLACE}),
        (gettext_lazy("Where"), {"fields": ("base_url", *ENDPOINTS)}),
        (gettext_lazy("Credentials"), {"fields": ("shown_key", "shown_secret", "lives_for")}),
        (gettext_lazy("Report links"), {"fields": ("link_host",)}),
    )

    def scope(self, user: User, right: Right) -> QuerySet[Connection]:
        return scopes.looked_after_by(user, right)

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[Any]:
        schools = staff_roles.schools_set_up_by(user, Right.ADD_SET_UP)
        if field.name == "school":
            return schools
        whole = staff_roles.districts_set_up_by(user, Right.ADD_SET_UP)
        return District.objects.filter(pk__in=schools.values("district")) | District.objects.filter(
            pk__in=whole
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_change = obj is None or self.has_change_permission(request, obj)
        changed, shown = FIELDSETS.get(vendor_of(request, obj), (self.fieldsets, self.shown))
        return changed if may_change else shown

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        return ("district", "school") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = FORMS[vendor_of(request, obj)]
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.editor = signed_in(request)
        return form

    def save_model(
        self,
        request: HttpRequest,
        obj: Connection,
        form: ModelForm[Connection],
        change: bool,  # noqa: ARG002 - Django calls the method with this argument by its place
    ) -> None:
        saves = {Vendor.ILLUMINATE: save_illuminate, Vendor.POWERSCHOOL: save_powerschool}
        saves.get(Vendor(obj.vendor), save_from_form)(obj, form, signed_in(request))

    def response_add(
        self,
        request: HttpRequest,
        obj: Connection,
        post_url_continue: str | None = None,  # noqa: ARG002 - Django calls the method with this argument by its place
    ) -> HttpResponse:
        """Lead to the new connection's page: its test, and the configuration that is to use one to ETS, come next."""
        next_step = _("The connection is saved. Test it, then add a configuration with it.")
        messages.success(
            request, next_step if obj.vendor == Vendor.ETS else _("The connection is saved. Now test it.")
        )
        return _back(obj)

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        connections.remove(obj, by=signed_in(request))

    def consequences(self, obj: Connection) -> list[str]:
        return [
            _("Its key and secret are removed from this server for good."),
            _("Families and staff of these schools see no score reports: %(schools)s.")
            % {"schools": _names(obj)}
            if scopes.schools_using(obj).exists()
            else _("No school uses it now."),
        ]

    @admin.display(description=gettext_lazy("credentials"))
    def lives_for(self, obj: Connection) -> str:
        # Only ETS's end by themselves.
        return expiry.countdown(obj.expires) if obj.vendor == Vendor.ETS else ""

    @admin.display(description=gettext_lazy("Client Key"))
    def shown_key(self, obj: Connection) -> str:
        return connections.credentials_of(obj).key

    @admin.display(description=gettext_lazy("Client Secret"))
    def shown_secret(self, obj: Connection) -> str:
        return connections.credentials_of(obj).secret

    @admin.display(description=gettext_lazy("API key"))
    def shown_api_key(self, obj: Connection) -> str:
        return connections.credentials_of(obj).secret

    @admin.display(description=gettext_lazy("User token"))
    def shown_token(self, obj: Connection) -> str:
        return connections.credentials_of(obj).token

    @admin.display(description=gettext_lazy("User token secret"))
    def shown_token_secret(self, obj: Connection) -> str:
        return connections.credentials_of(obj).token_secret

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        districts = staff_roles.districts_set_up_by(signed_in(request), Right.ADD_SET_UP)
        return super().changelist_view(
            request, {**(extra_context or {}), "may_add_for_district": districts.exists()}
        )

    def render_change_form(  # noqa: PLR0917 - Django calls it with these arguments, needed here or not
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None:
            context |= status_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Callable[[HttpRequest, Connection], HttpResponse]] = {
            "test": self.test,
            "leas": self.confirm_leas,
            "pin": self.pin,
            "paths": self.take_paths,
        }
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(self._on_one(view))),
                name=f"integrations_connection_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def test(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """Ask the vendor with the saved pair, and say in words what came of it."""
        wait = checks.seconds_to_wait(connection, by=signed_in(request))
        if wait:
            page = self._result(
                request, connection, checks.CheckResult((), checks.TESTED_TOO_OFTEN, vendor=connection.vendor)
            )
            page.status_code = HTTPStatus.TOO_MANY_REQUESTS
            page["Retry-After"] = str(wait)
            return page
        return self._result(request, connection, checks.check(connection))

    def confirm_leas(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """Save which of the LEAs that ETS named are this district's."""
        user = signed_in(request)
        try:
            verified = leas.verified_codes(connection, request.POST.get("verified", ""))
            form = LeasForm(
                request.POST,
                comparison=leas.compare(connection, verified),
                may_claim=leas.may_claim_for(user, connection.district),
            )
            if not form.is_valid():
                return self._result(request, connection, checks.CheckResult(tuple(verified), ""), form)
            leas.confirm(connection, codes=form.cleaned_data["leas"], verified=verified, by=user)
        except leas.CannotClaim as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("The LEAs of this connection are confirmed."))
        return _back(connection)

    def pin(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """Refuse links to other hosts from now on."""
        return self._repaired(
            request, connection, connections.pin_link_host, _("Links to any other host are refused now.")
        )

    def take_paths(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """Take the present version's paths."""
        done = _("The endpoints of version 3 are saved. Test the connection.")
        return self._repaired(request, connection, connections.take_current_paths, done)

    def _on_one(
        self, view: Callable[[HttpRequest, Connection], HttpResponse]
    ) -> Callable[[HttpRequest, str], HttpResponse]:
        """Hand the view its connection: 403 for who may only look, Django's redirect for who may not even that."""

        def found(request: HttpRequest, object_id: str) -> HttpResponse:
            connection = self.get_object(request, object_id)
            if connection is None:
                messages.warning(request, _("There is no such connection. Perhaps it was deleted."))
                return redirect("admin:index")
            if not self.has_change_permission(request, connection):
                raise PermissionDenied
            return view(request, connection)

        return found

    def _repaired(
        self, request: HttpRequest, connection: Connection, repair: Callable[..., None], done: str
    ) -> HttpResponse:
        try:
            repair(connection, by=signed_in(request))
        except connections.BadConnection as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, done)
        return _back(connection)

    def _result(
        self,
        request: HttpRequest,
        connection: Connection,
        result: checks.CheckResult,
        form: LeasForm | None = None,
    ) -> HttpResponse:
        if result.vendor != Vendor.ETS:
            return self._plain_result(request, connection, result)
        comparison = leas.compare(connection, result.leas or ())
        may_claim = leas.may_claim_for(signed_in(request), connection.district)
        if form is None and result.leas:
            verified = leas.verified_token(connection, [lea.code for lea in comparison.covered])
            form = LeasForm(initial={"verified": verified}, comparison=comparison, may_claim=may_claim)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Test of a connection"),
            "opts": self.opts,
            "connection": connection,
            "verdict": checks.verdict_on(result),
            "comparison": comparison,
            "form": form,
            "may_claim": may_claim,
        }
        return TemplateResponse(request, "admin/integrations/connection_test.html", context)

    def _plain_result(
        self, request: HttpRequest, connection: Connection, result: checks.CheckResult
    ) -> HttpResponse:
        """Show a verdict that asks for no choice."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Test of a connection"),
            "opts": self.opts,
            "connection": connection,
            "verdict": checks.verdict_on(result),
            "sites": result.sites,
        }
        page = "illuminate_test" if result.vendor == Vendor.ILLUMINATE else "_verdict"
        return TemplateResponse(request, f"admin/integrations/{page}.html", context)


def vendor_of(request: HttpRequest, obj: Connection | None) -> Vendor:
    """Say whose form is wanted: a saved connection's vendor stays, a new one's is in the address."""
    vendor = request.GET.get("vendor") if obj is None else obj.vendor
    return Vendor(vendor) if vendor in Vendor.values else Vendor.ETS


def save_illuminate(connection: Connection, form: Any, by: User) -> None:
    """Save what a valid IlluminateConnectionForm holds."""
    given = form.cleaned_data
    connections.save(
        connection,
        key=given["key"],
        secret=given["secret"],
        token=None if given["without_token"] else given["token"],
        token_secret=given["token_secret"],
        by=by,
    )


def save_powerschool(connection: Connection, form: Any, by: User) -> None:
    """Save what a valid PowerSchoolConnectionForm holds."""
    connections.save(connection, secret=form.cleaned_data["secret"], by=by)


def save_from_form(connection: Connection, form: Any, by: User) -> None:
    """Save what a valid ConnectionForm holds."""
    connections.save(
        connection,
        key=form.cleaned_data["key"],
        secret=form.cleaned_data["secret"],
        notify=form.people_to_tell(),
        by=by,
    )


def status_of(connection: Connection) -> dict[str, Any]:
    """Return what the connection's page says above its form."""
    return {
        "countdown": expiry.countdown(connection.expires),
        "unreadable": connections.credentials_of(connection).unreadable,
        "version": versions.version_of(connection),
        "older_paths": versions.replacement(connection),
        "may_pin": bool(connection.seen_link_host) and connection.seen_link_host != connection.link_host,
        "schools_using": list(scopes.schools_using(connection).order_by("name")),
        "lea_codes": list(connection.leas.order_by("code").values_list("code", flat=True)),
    }


def _names(connection: Connection) -> str:
    schools: QuerySet[School] = scopes.schools_using(connection).order_by("name")
    return ", ".join(schools.values_list("name", flat=True))


def _back(connection: Connection) -> HttpResponse:
    return redirect(reverse("admin:integrations_connection_change", args=[connection.pk]))
