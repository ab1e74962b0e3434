"""One settings module for every installation; what differs comes from environment variables (docs/operate/settings.md)."""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent.parent

# ── where this installation keeps its things ──
DATA_DIR = Path(env.str("TALIMGER_DATA", default=str(Path.cwd() / "var"))).resolve()
DEMO = env.bool("TALIMGER_DEMO", default=False)
DEBUG = env.bool("TALIMGER_DEBUG", default=False)
BASE_URL = env.str("TALIMGER_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")


def _secret_key() -> str:
    """The key of this installation: from the environment, else made once and kept beside the data, readable by its owner."""
    given: str = env.str("TALIMGER_SECRET_KEY", default="")
    if given:
        return given
    path = DATA_DIR / "secret-key"
    # Other users of the machine have no business in it.
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # O_EXCL: of two processes that start together, one writes and the other reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        key = get_random_secret_key()
        handle.write(key)
    return key


SECRET_KEY = _secret_key()
ALLOWED_HOSTS: list[str] = env.list("TALIMGER_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "talimger.home",
    "talimger.selection",
    "talimger.analysis",
    "talimger.mentors",
    "talimger.framework",
    "talimger.people",
    "talimger.shell",
    "talimger.kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]
if DEMO:
    INSTALLED_APPS.insert(0, "talimger.demo")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Django hides the length of compressed pages and masks its token, so that compression gives no secret away.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "talimger.people.middleware.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "talimger.people.middleware.ProgrammeScopeMiddleware",
    "talimger.shell.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "talimger.config.urls"
WSGI_APPLICATION = "talimger.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "talimger.shell.context.frame",
            ],
            # cotton's loader compiles <c-…> tags; it must be named, because APP_DIRS cannot be combined with loaders.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "talimger.shell.templatetags.talimger",
            ],
        },
    }
]
COTTON_SNAKE_CASED_NAMES = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ── database: SQLite until TALIMGER_DATABASE_URL names a PostgreSQL ──
TENANT_MODEL = "people.Programme"
DATABASES = {"default": env.db_url("TALIMGER_DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'talimger.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["ENGINE"] = "talimger.kernel.db.sqlite3"
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("TALIMGER_DATABASE_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# ── accounts ──
AUTH_USER_MODEL = "people.User"
# The address is unique whatever its letter case: by the constraint account_email_once, which this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["talimger.people.authentication.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "talimger.people.authentication.AccountAdapter"
MFA_ADAPTER = "talimger.people.authentication.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Nobody signs up by themselves: an account exists because its owner opened an invitation sent to that address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Talimger"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_SSL_REDIRECT = env.bool("TALIMGER_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https://") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("TALIMGER_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Throttles count by the address that the one proxy saw, not by the proxy's own and not by what a visitor claims.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# ── languages ──
LANGUAGE_CODE = env.str("TALIMGER_LANGUAGE", default="ru")
LANGUAGES = [("ru", "Русский"), ("kk", "Қазақша"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale", PACKAGE / "upstream_locale"]
FORMAT_MODULE_PATH = "talimger.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TALIMGER_TIME_ZONE", default="Asia/Almaty")

# ── files ──
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
# What lives an hour at most and belongs in no backup (docs/operate/running.md).
TRANSIENT_DIR = DATA_DIR / "transient"

# ── mail: kept in the outbox, delivered by the worker when a server is named ──
EMAIL_HELD = DEMO or not env.str("TALIMGER_EMAIL_URL", default="")
if not EMAIL_HELD:
    vars().update(env.email_url("TALIMGER_EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("TALIMGER_FROM_EMAIL", default="Talimger <noreply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("TALIMGER_LOG_LEVEL", default="WARNING")},
}
