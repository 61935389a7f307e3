"""What the admin pages of a district's own rows share: who sees them, and that a service saves them.

The base of the pages in `sync_admin` and `enrollment_admin`. A row that Django saved by itself would stand in no record
of changes (trust R5).
"""

from __future__ import annotations

from typing import Any

from django.db.models import Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin_scope import ScopedAdmin, signed_in
from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles


class DistrictAdmin(ScopedAdmin):
    """Rows that belong to a district: whoever sets up one school of it sees none."""

    def choices(self, user: User, field: Field[Any, Any]) -> QuerySet[Any]:  # noqa: ARG002 - the scoped admin asks per field; here one answer fits all
        """Offer districts alone; whoever has another relation to choose from answers for it first."""
        return staff_roles.districts_set_up_by(user, Right.CHANGE_SET_UP)

    def has_add_permission(self, request: HttpRequest) -> bool:
        if not self.has_module_permission(request):
            return False
        return staff_roles.districts_set_up_by(signed_in(request), Right.ADD_SET_UP).exists()

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        return ("district",) if obj else ()

    def store(self, obj: Any, by: User) -> None:
        """Hand the row to the service that saves it and puts the change on record."""
        raise NotImplementedError

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: ModelForm[Any],  # noqa: ARG002 - Django calls the method with this argument by its place
        change: bool,  # noqa: ARG002 - Django calls the method with this argument by its place
    ) -> None:
        self.store(obj, signed_in(request))
