"""`manage.py rotate_keys`: re-encrypt everything with the first key of FIELD_KEYS. Prints counts, never a value."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from portal.base import secrets


class Command(BaseCommand):
    help = "Re-encrypt everything with the first key of FIELD_KEYS. Safe to stop and to repeat."

    def handle(self, *_args: object, **_options: object) -> None:
        problems = secrets.key_problems(look_at_rows=False)
        if problems:
            raise CommandError(" ".join(problems))
        counts = secrets.rotate()
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        unreadable = sum(count for name, count in counts.items() if name.endswith("unreadable"))
        if unreadable:
            raise CommandError(
                f"{unreadable} could not be read with any key of FIELD_KEYS and stayed as they were."
            )
