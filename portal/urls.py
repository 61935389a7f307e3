"""Every address of the portal. A new page goes into its app's urls.py and into the access matrix."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal.views import demo, gallery, health, help, home, language  # noqa: A004 - the module is named as its page is

# Without this /admin/login/ has neither throttle nor second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # allauth's documented way to guard the admin
admin.site.site_header = admin.site.site_title = "Score reports"

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", help.show_help, name="help"),
    path("accessibility/", help.accessibility, name="accessibility"),
    path("staff/gallery/", gallery.gallery, name="gallery"),
    path("language/", language.language_choose, name="language-choose"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("integrations.urls")),
    path("", include("scorereports.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/security/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", demo.demo, name="demo"))
