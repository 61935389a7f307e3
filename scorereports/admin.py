"""Configurations in the Django admin: which connection serves which schools, and how reports are shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.db import transaction
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_scope import DeletedByName, signed_in
from accounts.models import District, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.admin import CONNECTION_FIELDSETS, save_from_form, status_of
from integrations.services import scopes
from scorereports.forms.configuration import ConfigurationForm
from scorereports.models import Configuration
from scorereports.services import configurations

SERVES = ("name", "district", "is_default")
SHOWS = ("pdf_delivery", "html_delivery", "display", "staff_see_not_final")


@admin.register(Configuration)
class ConfigurationAdmin(DeletedByName):
    form = ConfigurationForm
    change_form_template = "admin/scorereports/configuration_form.html"
    list_display = ("name", "district", "is_default", "overriding_schools")
    fieldsets = (
        (None, {"fields": (*SERVES, "overriding", "connection")}),
        (gettext_lazy("How reports are shown"), {"fields": SHOWS}),
    )
    # For whoever may look and not change: no field of the form, so nothing to post.
    shown = (
        (None, {"fields": (*SERVES, "overriding_schools", "connection_name")}),
        (gettext_lazy("How reports are shown"), {"fields": SHOWS}),
    )

    def scope(self, user: User, right: Right) -> QuerySet[Configuration]:
        return configurations.looked_after_by(user, right)

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[Any]:
        if field.name == "connection":
            return scopes.pickable_by(user)
        schools = staff_roles.schools_set_up_by(user, Right.ADD_SET_UP)
        whole = staff_roles.districts_set_up_by(user, Right.ADD_SET_UP)
        return District.objects.filter(Q(pk__in=schools.values("district")) | Q(pk__in=whole))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_change = obj is None or self.has_change_permission(request, obj)
        return self.fieldsets if may_change else self.shown

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        return ("district",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.editor = signed_in(request)
        return form

    def save_model(
        self, request: HttpRequest, obj: Configuration, form: ConfigurationForm, change: bool
    ) -> None:
        """Do nothing yet: `save_related` saves the configuration with its schools, as one change."""

    def save_related(
        self, request: HttpRequest, form: ConfigurationForm, _formsets: Any, _change: bool
    ) -> None:
        user, inner = signed_in(request), form.connection_form
        with transaction.atomic():
            configurations.save(
                form.instance, schools=form.cleaned_data["overriding"], by=user, before=form.before
            )
            if inner is not None and inner.is_bound and inner.has_changed():
                save_from_form(inner.instance, inner, user)
                fields = [str(inner.fields[name].label) for name in inner.changed_data]
                self.log_change(request, inner.instance, [{"changed": {"fields": fields}}])

    def delete_model(self, request: HttpRequest, obj: Configuration) -> None:
        configurations.remove(obj, by=signed_in(request))

    def consequences(self, obj: Configuration) -> list[str]:
        names = ", ".join(
            configurations.schools_served_by(obj).order_by("name").values_list("name", flat=True)
        )
        if not names:
            return [_("No school uses it now.")]
        fallback = configurations.fallback_of(obj)
        if fallback is None:
            return [
                _("Families and staff of these schools see no score reports: %(schools)s.")
                % {"schools": names}
            ]
        return [_("These schools go back to the district default: %(schools)s.") % {"schools": names}]

    @admin.display(description=gettext_lazy("schools that override the default"))
    def overriding_schools(self, obj: Configuration) -> str:
        return ", ".join(obj.schools.order_by("name").values_list("name", flat=True))

    @admin.display(description=gettext_lazy("connection"))
    def connection_name(self, obj: Configuration) -> str:
        return str(obj.connection)

    def render_change_form(  # noqa: PLR0917 - Django calls it with these arguments, needed here or not
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        form: ConfigurationForm = context["adminform"].form
        if obj is not None and self.has_change_permission(request, obj):
            context["inner"] = form.connection_form
            if form.connection_form is not None:
                context["inner_fieldsets"] = AdminForm(form.connection_form, CONNECTION_FIELDSETS, {})
                context |= status_of(form.connection_form.instance)
        return super().render_change_form(request, context, add, change, form_url, obj)
