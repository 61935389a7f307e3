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
from django.http import HttpRequest

from accounts.admin_scope import ReadOnlyAdmin, ScopedAdmin, signed_in
from accounts.models import AccessChange, AccessRecord, District, School, User
from accounts.rights import Right
from accounts.services import changes, staff_roles

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


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "action", "actor", "student", "outcome")


@admin.register(AccessChange)
class AccessChangeAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "verb", "actor", "subject_id")
