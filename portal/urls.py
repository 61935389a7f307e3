"""Every address of the portal. A new page goes into its app's urls.py and into the access matrix."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from portal.views import demo, health, home

# Without this /admin/login/ has neither throttle nor second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # the documented way
admin.site.site_header = admin.site.site_title = "Score reports"

# Addresses come from the school's record: allauth's own page would let people change theirs to anything, unconfirmed.
show_email = never_cache(login_required(TemplateView.as_view(template_name="account/email.html")))

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("integrations.urls")),
    path("", include("scorereports.urls")),
    path("accounts/email/", show_email, name="account_email"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/security/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", demo.demo, name="demo"))
