"""Registrations in the Django admin: where they come to, which field means what, and which of them are documents."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.admin_scope import signed_in
from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.district_admin import DistrictAdmin
from integrations.forms.enrollment import DeliveryTargetForm, RosterSchemaForm, roster_form
from integrations.forms.published_action import PublishedActionForm, action_form
from integrations.models import DeliveryTarget, PublishedAction, RosterSchema
from integrations.services import enrollment_targets, roster_push, submissions
from integrations.services.enrollment_mapping import ADULT_FIELDS, ADULTS, STUDENT_FIELDS

_OF_ADULTS = {
    1: gettext_lazy("First parent"),
    2: gettext_lazy("Second parent"),
    3: gettext_lazy("Third parent"),
    4: gettext_lazy("Fourth parent"),
}
_FIELDS_OF_ADULTS: Any = tuple(
    (
        _OF_ADULTS[number],
        {
            "fields": tuple(f"adult{number}_{name}" for name in ADULT_FIELDS),
            "classes": () if number <= 2 else ("collapse",),  # noqa: PLR2004 - forms mostly ask for two parents
        },
    )
    for number in ADULTS
)


@admin.register(DeliveryTarget)
class DeliveryTargetAdmin(DistrictAdmin):
    form = DeliveryTargetForm
    change_form_template = "admin/integrations/delivery_target_form.html"
    list_display = ("title", "connection", "district", "is_active", "drained_at")
    fieldsets = (
        (
            None,
            {"fields": ("title", "connection", "district", "is_active", "every_minutes", "approval_counts")},
        ),
        (
            gettext_lazy("Student"),
            {
                "fields": tuple(STUDENT_FIELDS),
                "description": gettext_lazy(
                    "Where each field stands in a registration, such as student.studentID. Below you see what the "
                    "paths find in a registration that has come."
                ),
            },
        ),
        *_FIELDS_OF_ADULTS,
    )

    def scope(self, user: User, right: Right) -> QuerySet[DeliveryTarget]:
        """Return the targets that bring to a district they set up, or that belong to one and bring nowhere yet."""
        mine = staff_roles.districts_set_up_by(user, right)
        return DeliveryTarget.objects.filter(
            Q(district__in=mine) | Q(district__isnull=True, connection__district__in=mine)
        ).select_related("connection", "district")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # PowerSchool's specialists make them; the page about registrations lists them

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # its batches are the record of what was handed over

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return ("title", "connection")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = type("DeliveryTargetFormOfOne", (self.form,), {"reader": signed_in(request)})
        return super().get_form(request, obj, change, **kwargs)

    def store(self, obj: DeliveryTarget, by: User) -> None:
        enrollment_targets.save(obj, by=by)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the preview beside the form, as its fields stand now."""
        form, target = context["adminform"].form, kwargs.get("obj")
        if target is not None and isinstance(form, DeliveryTargetForm):
            asked = request.POST.get("record") or request.GET.get("record", "")
            paths = form.paths() if set(_names()) <= set(form.fields) else target.mapping
            shown = enrollment_targets.preview(target, paths, signed_in(request), asked)
            context |= {"preview": shown, "is_preview": form.is_preview}
        return super().render_change_form(request, context, *args, **kwargs)


def _names() -> list[str]:
    return [*STUDENT_FIELDS, *(f"adult{number}_{name}" for number in ADULTS for name in ADULT_FIELDS)]


@admin.register(RosterSchema)
class RosterSchemaAdmin(DistrictAdmin):
    form = RosterSchemaForm
    list_display = ("title", "action_title", "connection", "is_active", "pushed_at")

    def scope(self, user: User, right: Right) -> QuerySet[RosterSchema]:
        mine = staff_roles.districts_set_up_by(user, right)
        return RosterSchema.objects.filter(connection__district__in=mine).select_related("connection")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # PowerSchool's specialists make them; the page about announced students lists them

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # what was sent would be sent again

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return ("title", "action_title", "connection")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = roster_form(obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django calls the method with this argument by its place
        fields = tuple(f"field_{number}" for number in range(len(obj.fields))) if obj else ()
        return (
            (None, {"fields": ("title", "action_title", "connection", "is_active")}),
            (
                gettext_lazy("What goes into which field"),
                {"fields": fields, "description": gettext_lazy("The names are PowerSchool’s own.")},
            ),
        )

    def store(self, obj: RosterSchema, by: User) -> None:
        roster_push.save(obj, by=by)


@admin.register(PublishedAction)
class PublishedActionAdmin(DistrictAdmin):
    form = PublishedActionForm
    list_display = ("title", "year", "connection", "is_active", "listed_at")

    def scope(self, user: User, right: Right) -> QuerySet[PublishedAction]:
        mine = staff_roles.districts_set_up_by(user, right)
        return PublishedAction.objects.filter(connection__district__in=mine).select_related("connection")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # PowerSchool's specialists make them; the page about listed forms asks for them

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # the next question would bring it back, without its documents

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return ("title", "year", "connection")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = action_form(obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django calls the method with this argument by its place
        rows = tuple((f"label_{number}", f"file_{number}") for number in range(action_form(obj).count))
        return (
            (None, {"fields": ("title", "year", "connection", "is_active")}),
            (
                gettext_lazy("Which fields are documents"),
                {
                    "fields": (*rows, "more"),
                    "description": gettext_lazy(
                        "Each field below holds what looks like a document’s id. Say what staff call it; a field "
                        "without a name is no document and never opened."
                    ),
                },
            ),
        )

    def store(self, obj: PublishedAction, by: User) -> None:
        submissions.save(obj, by=by)
