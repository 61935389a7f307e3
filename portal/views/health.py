"""Whether this process lives, and whether it can serve. Vendors never decide either (trust F8)."""

from __future__ import annotations

from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.base.caching import SturdyCache


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer without touching anything: a restart would not mend a database that is down."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 503 without database or with migrations waiting, 200 `degraded` with a dead cache."""
    try:
        executor = MigrationExecutor(connection)
        waiting = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    if waiting:
        return JsonResponse({"status": "unavailable", "migrations": "waiting"}, status=503)
    cache = caches["default"]
    if isinstance(cache, SturdyCache) and cache.redis_is_down():
        return JsonResponse({"status": "degraded", "cache": "down"})
    return JsonResponse({"status": "ok"})
