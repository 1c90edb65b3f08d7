"""The settings of the application; what differs from place to place comes from the environment.

`SHOUZHI_DATA` is the folder for the database, uploads, releases and the secret key (by
default `shouzhi-data` where the server is started); `DATABASE_URL` names another database;
`SHOUZHI_HOSTS` the names under which the server is reached; `SHOUZHI_HTTPS=1` says that
it is reached by HTTPS, so that cookies travel by nothing else; `SHOUZHI_PROXIES` how many
proxies of ours stand in front of it, so that the log tells whence a person came.
`shouzhi serve` sets `SHOUZHI_SERVING=1`: static files are then served under the hash of
their content, as it has collected them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from shouzhi.web.secrets import secret_key

WEB = Path(__file__).parent
DATA = Path(os.environ.get("SHOUZHI_DATA", "shouzhi-data")).absolute()
HTTPS = os.environ.get("SHOUZHI_HTTPS") == "1"
SERVING = os.environ.get("SHOUZHI_SERVING") == "1"
PROXIES = int(os.environ.get("SHOUZHI_PROXIES") or 0)

SECRET_KEY = secret_key(DATA)
DEBUG = False
ALLOWED_HOSTS = [
    h for h in os.environ.get("SHOUZHI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]

APPS = ("people", "audit", "budget", "library", "disclosure", "desk", "public")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    *(f"shouzhi.web.{app}" for app in APPS),
]
MIDDLEWARE = [
    "shouzhi.web.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shouzhi.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shouzhi.web.faults.FaultMiddleware",
    "shouzhi.web.people.sessions.SessionMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "shouzhi.web.urls"
WSGI_APPLICATION = "shouzhi.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "jinja2", *(WEB / app / "jinja2" for app in APPS)],
        "OPTIONS": {
            "environment": "shouzhi.web.templating.environment",
            "context_processors": ["shouzhi.web.templating.context"],
        },
    },
]

# WAL lets readers read while one writes; IMMEDIATE takes the write lock at the begin of a
# transaction, so that it waits its turn and never fails halfway.
_SQLITE: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
}
DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA / 'shouzhi.sqlite3'}", conn_max_age=600, conn_health_checks=False
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_RULES}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name"), "max_similarity": 0.6},
    },
    {"NAME": f"{_RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_RULES}.CommonPasswordValidator"},
    {"NAME": f"{_RULES}.NumericPasswordValidator"},
]
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "shouzhi.web.people.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "shouzhi.web.proxies.address"

SESSION_COOKIE_AGE = 8 * 60 * 60  # idle: after so many seconds without a page one signs in again
SESSION_LONGEST = 14 * 60 * 60  # and in any case after so many
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Previews of our own documents stand in frames of our own pages: `frame-ancestors` below says
# so, and browsers that know it pass over this older header.
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [WEB / "static"]
WHITENOISE_USE_FINDERS = not SERVING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "shouzhi.web.serving.HashedFiles"
        if SERVING
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA / "files"
WAREHOUSE = Path(os.environ.get("SHOUZHI_WAREHOUSE") or DATA / "warehouse")
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # a folder of documents chosen at once
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CSRF_FAILURE_VIEW = "shouzhi.web.faults.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS = (
    [] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
