"""Forgets which identity at a provider an account was bound to: for somebody who got a new account there."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import sign_ons


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", type=str, help="the account's uuid, as the record of changes shows it")

    def handle(self, *_: Any, **options: Any) -> None:
        user = User.objects.filter(uuid=options["user"]).first()
        if user is None:
            raise CommandError("There is no such account.")
        forgotten = sign_ons.unbind(user=user, by="command:unbind_sign_on")
        print(f"{forgotten} forgotten. The next sign-on by the account's address binds anew.")
