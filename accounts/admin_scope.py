"""The Django admin, scoped: whoever sets up one school sees nothing of another, anywhere.

`ScopedAdmin` is the base of every admin here that people below a superuser may open. `get_queryset` alone leaks: the
dropdowns, raw ids, history, actions and POSTs each take their own way to the rows, so the choices are narrowed too, and
permissions are asked of the rights table and not of Django's groups. `tests/integrations/test_configuration_scope.py`
crawls it as the administrator of another school.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import IntegrityError
from django.db.models import Field, ForeignKey, ManyToManyField, Model, ProtectedError, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


def signed_in(request: HttpRequest) -> User:
    """Return the user of a request that the admin site let in."""
    if not isinstance(request.user, User):
        raise TypeError("The admin lets nobody in who is not signed in.")
    return request.user


class ScopedAdmin(AnyModelAdmin):
    """An admin over the rows of `scope(user, right)`: view, change, add and delete are rights of their own."""

    list_filter = ()  # a filter by a related field lists everybody's
    show_facets = admin.ShowFacets.NEVER

    def scope(self, user: User, right: Right) -> QuerySet[Any]:
        """Return the rows with which this person may do what the right says (VIEW_, CHANGE_, DELETE_SET_UP)."""
        raise NotImplementedError

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[Any]:
        """Return what this person may pick in a field that points to another table."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.scope(signed_in(request), Right.VIEW_SET_UP)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        kwargs["queryset"] = self.choices(signed_in(request), db_field)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        kwargs["queryset"] = self.choices(signed_in(request), db_field)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # its signs for "add" and "change" are dead without scripts
        return field

    def lookup_allowed(self, _lookup: str, _value: Any, request: HttpRequest | None = None) -> bool:  # noqa: ARG002 - Django looks for this name
        """Refuse (400) every filter that an address brings along: no page offers one."""
        return False

    def get_actions(self, _request: HttpRequest) -> dict[str, Any]:
        return {}  # doing it to many at once would go around the services

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show or save the form; if somebody else saved first, check once more, so that it says what clashes."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            if request.method != "POST":
                raise
        return super().changeform_view(request, object_id, form_url, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and _once(request, "staff", lambda: user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, Right.VIEW_SET_UP, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, Right.CHANGE_SET_UP, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, Right.ADD_SET_UP, None)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, Right.DELETE_SET_UP, obj)

    def _may(self, request: HttpRequest, right: Right, obj: Model | None) -> bool:
        """Answer from the scope of this admin's rows, or without a row from whatever the person sets up."""
        if not self.has_module_permission(request):
            return False
        user = signed_in(request)
        if obj is None:
            return _once(request, right, lambda: _sets_up_something(user, right))
        question = (type(self), right, obj.pk)
        return _once(request, question, lambda: self.scope(user, right).filter(pk=obj.pk).exists())


def _once(request: HttpRequest, question: Hashable, answer: Callable[[], bool]) -> bool:
    """Ask the database once a request: Django asks the same of every admin, some sixty times a page."""
    answers: dict[Hashable, bool] = request.__dict__.setdefault("_scope_answers", {})
    if question not in answers:
        answers[question] = answer()
    return answers[question]


def _sets_up_something(user: User, right: Right) -> bool:
    schools = staff_roles.schools_set_up_by(user, right)
    return schools.exists() or staff_roles.districts_set_up_by(user, right).exists()


class DeletedByName(ScopedAdmin):
    """A scoped admin whose rows are deleted only by whoever types their name; subclasses say what stops then."""

    delete_confirmation_template = "admin/delete_by_name.html"

    def consequences(self, obj: Any) -> list[str]:
        """Return, as sentences for this person to read, what stops working when the row is gone."""
        raise NotImplementedError

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = dict(extra_context or {})
        obj = self.get_object(request, object_id)
        if obj is not None and self.has_delete_permission(request, obj):
            context["consequences"] = self.consequences(obj)
            if request.method == "POST" and request.POST.get("typed_name", "").strip() != str(obj).strip():
                context["name_mistyped"] = True
                request.POST = QueryDict()  # without it Django asks again
        try:
            return super().delete_view(request, object_id, context)
        except ProtectedError:  # somebody began to use it just now: asked again, Django lists what does
            request.POST = QueryDict()
            return super().delete_view(request, object_id, context)


class ReadOnlyAdmin(AnyModelAdmin):
    """Rows to look at: for whoever runs the server, never to change."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False
