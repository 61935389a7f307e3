from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.rights import Right, roles_with
from portal.base.clock import local_today

# NIST SP 800-63B-4 for a password that is the only proof.
LONG_PASSWORD = 15


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: guardian, student, staff, or several of these at once.

    A superuser runs the server and its admin; being one grants no student to anybody (`accounts.access`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=12, blank=True, help_text=_("BCP 47 code, such as es.")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    # Fewer letters than a password alone must have: it was allowed beside a second factor, which then has to stay.
    password_is_short = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    # Set on the person of a request alone, while somebody of the staff looks at the pages as them: `accounts.access`
    # then keeps to what that one may see, and no report opens.
    viewed_by: User | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_staff(self) -> bool:
        """Say whether the Django admin lets this user in: asked there by name, answered by the roles."""
        readers = roles_with(Right.VIEW_SET_UP)
        return self.is_superuser or self.staff_roles.on(local_today()).filter(role__in=readers).exists()

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_is_short = raw_password is not None and len(raw_password) < LONG_PASSWORD

    def get_full_name(self) -> str:
        return self.name or self.email
