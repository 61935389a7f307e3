"""The Celery application: where messages go and what runs by the clock.

Messages carry ids alone and nobody trusts the broker with work that must run: rows do (docs/architecture). On the
embedded default the broker is a folder, so a district can try the portal with nothing but Python.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings

app = Celery("portal")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    task_ignore_result=True,  # a dead result backend blocks the caller for 19 seconds
    broker_connection_retry_on_startup=True,
    task_serializer="json",
    accept_content=["json"],
    worker_hijack_root_logger=False,
    timezone="America/Los_Angeles",
    beat_schedule={
        "sweep": {"task": "portal.base.sweep", "schedule": crontab(minute="*/10")},
        "syncs": {"task": "integrations.sync_due", "schedule": crontab(minute="*/2")},
        "enrollments": {"task": "integrations.enrollment_due", "schedule": crontab(minute="*/5")},
        "rosters": {"task": "integrations.roster_due", "schedule": crontab(minute="*/10")},
        "submissions": {"task": "integrations.submissions_due", "schedule": crontab(minute="*/5")},
        "checklists": {"task": "integrations.sync_checklists", "schedule": crontab(minute=10)},
        "enrollments-purged": {
            "task": "integrations.purge_enrollments",
            "schedule": crontab(hour=3, minute=30),
        },
        "runs": {"task": "scorereports.runs_due", "schedule": crontab()},
        "sessions": {"task": "accounts.clear_sessions", "schedule": crontab(minute=40)},
        "support-views": {"task": "accounts.end_support_views", "schedule": crontab(minute="*/10")},
        # Every hour of the day, since mail that was down in the morning may work at noon; each goes out once.
        "majority-notices": {
            "task": "accounts.send_majority_notices",
            "schedule": crontab(hour="8-18", minute=20),
        },
        "expiry-notices": {
            "task": "integrations.send_expiry_notices",
            "schedule": crontab(hour=7, minute=0),
        },
    },
)
if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    for name in ("messages", "processed", "control"):
        (settings.CELERY_FOLDER / name).mkdir(parents=True, exist_ok=True)
    app.conf.beat_schedule_filename = str(settings.CELERY_FOLDER / "beat")
    app.conf.broker_transport_options = {
        "data_folder_in": str(settings.CELERY_FOLDER / "messages"),
        "data_folder_out": str(settings.CELERY_FOLDER / "messages"),
        "control_folder": str(settings.CELERY_FOLDER / "control"),
    }
app.autodiscover_tasks()
