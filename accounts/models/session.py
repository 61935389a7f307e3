from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models.user import User


class Session(AbstractBaseSession):
    """A signed-in browser, or one on its way there (no user yet). `accounts.sessions` alone reads and writes `seen_at`.

    The columns beside Django's own let people find their sessions and end them by deleting the row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    browser = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)
    # Whose name, logo and colours its pages show: found once at sign-in, so that no page has to ask.
    district = models.ForeignKey("accounts.District", on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"session {self.uuid}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        # By the setting's name, as Django itself does: the engine stands above the models.
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store
