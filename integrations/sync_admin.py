"""Sync settings and role mappings in the Django admin, for whoever sets up the whole district."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.admin_scope import signed_in
from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.district_admin import DistrictAdmin
from integrations.forms.sync_settings import RoleMappingForm, SyncSettingsForm
from integrations.models import Connection, RoleMapping, SyncSettings
from integrations.services import sync_history, sync_settings


@admin.register(SyncSettings)
class SyncSettingsAdmin(DistrictAdmin):
    form = SyncSettingsForm
    list_display = ("district", "nightly_source", "nightly_at")
    fieldsets = (
        (None, {"fields": ("district",)}),
        (
            gettext_lazy("Every night"),
            {"fields": ("nightly_source", "nightly_connection", "nightly_folder", "nightly_at")},
        ),
        (
            gettext_lazy("When a sync waits for somebody to look"),
            {
                "fields": (
                    ("links_percent", "links_least"),
                    ("school_percent", "school_least"),
                    "people_percent",
                    ("rows_percent", "rows_least"),
                ),
                "description": gettext_lazy(
                    "A sync that goes beyond one of these writes nothing until somebody approves it."
                ),
            },
        ),
        (gettext_lazy("Between school years"), {"fields": ("roll_over_from", "roll_over_until")}),
        (gettext_lazy("Adults without the legal flag"), {"fields": ("parent_like",)}),
    )

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[Any]:
        offered = super().choices(user, field)
        if field.name == "nightly_connection":
            return Connection.objects.filter(district__in=offered, vendor__in=sync_history.FEEDS)
        return offered

    def scope(self, user: User, right: Right) -> QuerySet[SyncSettings]:
        return SyncSettings.objects.filter(district__in=staff_roles.districts_set_up_by(user, right))

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return (
            False  # without the row the defaults hold: nothing is gained, and the thresholds are lost unseen
        )

    def store(self, obj: SyncSettings, by: User) -> None:
        sync_settings.save(obj, by=by)


@admin.register(RoleMapping)
class RoleMappingAdmin(DistrictAdmin):
    form = RoleMappingForm
    change_list_template = "admin/integrations/role_mapping_list.html"
    list_display = ("role_name", "means", "district")
    fields = ("district", "role_name", "role")

    def scope(self, user: User, right: Right) -> QuerySet[RoleMapping]:
        return RoleMapping.objects.filter(district__in=staff_roles.districts_set_up_by(user, right))

    @admin.display(description=gettext_lazy("role here"))
    def means(self, obj: RoleMapping) -> str:
        return obj.get_role_display() if obj.role else str(gettext_lazy("grants nothing"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.editor = signed_in(request)
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        districts = staff_roles.districts_set_up_by(signed_in(request), Right.ADD_SET_UP)
        offered = [(district, sync_settings.unmapped_roles(district)) for district in districts]
        context = {"offered": [(district, names) for district, names in offered if names]}
        return super().changelist_view(request, (extra_context or {}) | context)

    def store(self, obj: RoleMapping, by: User) -> None:
        sync_settings.save_mapping(obj, by=by)

    def delete_model(self, request: HttpRequest, obj: RoleMapping) -> None:
        sync_settings.remove_mapping(obj, by=signed_in(request))
