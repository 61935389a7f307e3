"""Schools and the read-only logs in the Django admin. People, links and roles are staff pages, not admin pages."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.admin_scope import ReadOnlyAdmin, ScopedAdmin, signed_in
from accounts.forms.look import LookForm
from accounts.models import AccessChange, AccessRecord, District, School, User
from accounts.rights import Right
from accounts.services import changes, looks, staff_roles

# Django's groups grant nothing here; the others would show what belongs to one person alone.
for model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(model)


@admin.register(School)
class SchoolAdmin(ScopedAdmin):
    list_display = ("name", "cds_code", "shows_reports")
    search_fields = ("name", "cds_code")
    fields = ("name", "cds_code", "district", "shows_reports", "contact")
    readonly_fields = ("name", "cds_code", "district")

    def scope(self, user: User, right: Right) -> QuerySet[School]:
        return staff_roles.schools_set_up_by(user, right)

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[District]:  # noqa: ARG002 - the base hands over which field; districts are the only thing to pick here
        return staff_roles.districts_set_up_by(user)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # schools come from the student information system

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: School, form: ModelForm[School], change: bool) -> None:
        before = School.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        if not form.changed_data:
            return
        changes.record(
            "school.changed",
            subject="school",
            subject_id=obj.uuid,
            by=signed_in(request),
            before={"shows_reports": before.shows_reports, "contact": before.contact},
            after={"shows_reports": obj.shows_reports, "contact": obj.contact},
        )


@admin.register(District)
class DistrictAdmin(ScopedAdmin):
    """What families see of a district: its name, logo and colors. The rest of it comes with a connection."""

    form = LookForm
    change_form_template = "admin/accounts/district_form.html"
    list_display = ("name", "cds_code", "display_name")
    fieldsets = (
        (None, {"fields": ("name", "cds_code", "display_name")}),
        (gettext_lazy("Logo"), {"fields": ("logo_file", "no_logo")}),
        (gettext_lazy("Colors"), {"fields": ("accent", "accent_on_dark")}),
    )
    # For whoever may look and not change: no field of the form, so nothing to post.
    shown = ((None, {"fields": ("name", "cds_code", "display_name", "accent", "accent_on_dark")}),)
    readonly_fields = ("name", "cds_code")

    def scope(self, user: User, right: Right) -> QuerySet[District]:
        return staff_roles.districts_set_up_by(user, right).select_related("logo").defer("logo__png")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # a district comes with its first connection

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # its schools, people and record hang on it

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if self.has_change_permission(request, obj) else self.shown

    def save_model(
        self,
        request: HttpRequest,
        obj: District,
        form: LookForm,
        change: bool,  # noqa: ARG002 - Django calls the method with this argument by its place
    ) -> None:
        looks.save(
            district=obj,
            logo=form.picture,
            keep_logo=not form.cleaned_data["no_logo"],
            by=signed_in(request),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        district = kwargs.get("obj")
        if district is not None:
            context["look"] = looks.of(looks.with_logo().get(pk=district.pk))
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "action", "actor", "student", "outcome")


@admin.register(AccessChange)
class AccessChangeAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "verb", "actor", "subject_id")
