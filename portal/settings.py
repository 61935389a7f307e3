"""Every setting, from the environment. `.env.example` explains each variable in words.

No secret has a default outside DEMO: a portal with a guessable key must not start.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from portal import environment, languages
from portal.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

env = Env()
DEMO = env.bool("DEMO", False)
_demo = environment.demo_keys(VAR) if DEMO else {}
PORT = env.int("PORT", 8000)  # the demo's; its vendors listen on the next one

try:
    SECRET_KEY = env.str("SECRET_KEY", _demo.get("SECRET_KEY", "")) or env.str("SECRET_KEY")
    FIELD_KEYS = environment.field_keys(env.str("FIELD_KEYS", _demo.get("FIELD_KEYS", "")))
    SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}" if DEMO else "").rstrip("/")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1"] if DEMO else [])
    PORTAL_VENDOR_HOSTS: list[str] = env.list(
        "PORTAL_VENDOR_HOSTS", [f"127.0.0.1:{PORT + 1}"] if DEMO else []
    )
    if not SITE_URL:
        raise environment.BadEnvironment(
            "SITE_URL is missing: the portal's own address, https://portal.example.org"
        )
    if DEMO:
        environment.refuse_public_demo(
            site_url=SITE_URL, allowed_hosts=ALLOWED_HOSTS, vendor_hosts=PORTAL_VENDOR_HOSTS
        )
    SSO_PROVIDERS = environment.sso_providers(env.list("SSO_PROVIDERS", []), lambda name: env.str(name, ""))
    globals().update(environment.email_settings(env.str("EMAIL_URL", "console://" if DEMO else "")))
except (EnvError, environment.BadEnvironment) as problem:
    raise ImproperlyConfigured(f"{problem} (.env.example explains each setting.)") from None

DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "") or f"no-reply@{urlsplit(SITE_URL).hostname}"
DEBUG = env.bool("DEBUG", False)
HTTPS = urlsplit(SITE_URL).scheme == "https"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# Threads of one server process, and how many of them may be busy with a stream: never all, so that small pages live.
SERVER_THREADS = env.int("SERVER_THREADS", 32)
STREAM_SLOTS = env.int("STREAM_SLOTS", max(1, SERVER_THREADS * 3 // 4))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "portal.base",
    "accounts",
    "integrations",
    "scorereports",
    "portal",
]
MIDDLEWARE = [
    "portal.middleware.RequestRecord",
    "django.middleware.security.SecurityMiddleware",
    # Before whitenoise, so that static files carry the same instructions as pages.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.BrowserHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.middleware.SpokenLanguage",
    "portal.middleware.SessionEnds",
    "allauth.account.middleware.AccountMiddleware",
    "portal.throttling.Throttling",
    "portal.middleware.SameForUnknown",
    "portal.middleware.StaffSecondFactor",
    "portal.support.SupportViews",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.pictures"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR / 'portal.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {"default": dict(dj_database_url.parse(DATABASE_URL))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Without these most concurrent writes fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
else:
    # A pooled connection is three times as quick as a new one; the pool wants CONN_MAX_AGE = 0.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": env.int("DB_POOL_SIZE", 16), "timeout": 10},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {"default": {"BACKEND": "portal.base.caching.SturdyCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_FOLDER = Path(env.str("BROKER_FOLDER", str(VAR / "broker")))

# --- Files of people ------------------------------------------------------------------------------------------------
# Nightly syncs from CSV stay within CSV_FOLDERS/<the district's CDS code>.
CSV_FOLDERS = env.str("CSV_FOLDERS", "")
# An upload is looked at and forgotten: never on disk, and one that is larger does not arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

# --- Runs -----------------------------------------------------------------------------------------------------------
# How many students a district's runs ask about at once, and how many while people wait at their screens.
RUN_AT_ONCE = env.int("RUN_AT_ONCE", 16)
RUN_AT_ONCE_BESIDE_PEOPLE = env.int("RUN_AT_ONCE_BESIDE_PEOPLE", 4)
RUN_STUDENTS = env.int("RUN_STUDENTS", 5000)  # in one run
PRINT_VOLUME_STUDENTS = env.int("PRINT_VOLUME_STUDENTS", 50)
ENROLLMENT_KEEP_DAYS = env.int("ENROLLMENT_KEEP_DAYS", 90)
ENROLLMENT_WORDS_LANGUAGE = env.str("ENROLLMENT_WORDS_LANGUAGE", "en")

# --- People and sign-in ---------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "accounts.passwords.StolenListValidator"},
    {"NAME": "accounts.passwords.AboutYouValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # NIST's longest, since mail may be late
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# allauth's own writes rows for known addresses alone, and its time would tell them.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - the path of a class, no password
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses come from the school's record; claims bring verification
ACCOUNT_REAUTHENTICATION_REQUIRED = (
    True  # how somebody signs in changes only after fresh proof (accounts/fresh.py)
)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
MAILED_CODE_SECONDS = ACCOUNT_LOGIN_BY_CODE_TIMEOUT  # of the codes that prove a mailbox to somebody signed in
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_RATE_LIMITS = False  # ours count in rows, and answer with Retry-After (accounts/throttles.py)
# Tries within so many seconds, for each account (or typed address), each network address, or the whole site. A school's
# library or a phone company has one network address for many families, so those are wide.
THROTTLES: dict[str, dict[str, tuple[int, float]]] = {
    "sign-in": {"account": (10, 300), "address": (60, 60)},
    "code": {"account": (10, 300), "address": (60, 60)},
    "mail": {"account": (5, 900), "address": (30, 60)},
    "password": {"account": (10, 300), "address": (60, 60)},
    "opening": {"account": (60, 60), "address": (1200, 60)},
    # The site's own limit decides what a year of guessing can find (docs/claims.md computes it).
    "claim": {"account": (10, 900), "address": (120, 900), "site": (2000, 600)},
    # Runs started and class sets fetched.
    "run": {"account": (30, 600), "address": (300, 600)},
    # Nobody types so fast; whoever copies a district page by page does.
    "search": {"account": (60, 60), "address": (600, 60)},
}
LOOK_SECONDS = 60  # how long a process shows strangers the district's look without asking again
CLAIM_CODE_DAYS = 60  # how long the code on a letter works
HANDED_CODE_DAYS = 3  # and one that the office hands over at its counter
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = (
    "required"  # finger, face or PIN: only so does a passkey stand for two factors
)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # the demo on localhost; over https the origin is checked
MFA_FORMS = {
    "add_webauthn": "accounts.forms.passkeys.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.passkeys.RenamePasskeyForm",
}
MFA_RATE_LIMITS = False  # ours count
# Addresses come from the school and have no verification row; without this nobody could add a factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Score reports"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are off by half a minute more often than anyone guesses a code

# --- Browser ----------------------------------------------------------------------------------------------------------
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from sign-in on, however busy
SESSION_IDLE_SECONDS = {"family": 30 * 60, "staff": 15 * 60}
SESSION_WARNING_SECONDS = 150
MESSAGE_STORAGE = (
    "django.contrib.messages.storage.session.SessionStorage"  # no cookie beside the __Host- ones
)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain http inside the machine
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the second factor's QR code is a data: picture
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Texts and static files -------------------------------------------------------------------------------------------
LANG_INFO.update(languages.language_info())
LANGUAGE_CODE = languages.ENGLISH
LANGUAGES = languages.offered()
# A district's own wording comes first: catalogues of the same make with only the phrases that it says otherwise.
OWN_WORDING = env.str("OWN_WORDING", "")
LOCALE_PATHS = [*([Path(OWN_WORDING)] if OWN_WORDING else []), BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]  # for what Django lacks, or writes otherwise than families do
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
TIME_ZONE = "America/Los_Angeles"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Failing pages in frames without an origin ask for the sheets as strangers; a static file tells nobody anything.
WHITENOISE_ALLOW_ALL_ORIGINS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True


LOGGING = logging_config(level=env.str("LOG_LEVEL", "INFO"))
SILENCED_SYSTEM_CHECKS: list[str] = []
