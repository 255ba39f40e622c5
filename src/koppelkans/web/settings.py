"""Settings of the web site, all of them from the environment; nothing here writes or connects.

KOPPELKANS_DATA       folder for the database, uploads and plans (default ~/.local/share/koppelkans)
KOPPELKANS_DATABASE   postgresql://user:password@host:port/name; without it one SQLite file in that folder
KOPPELKANS_HOSTS      names under which the site is reached, separated by commas (default localhost)
KOPPELKANS_HTTPS      1 behind a proxy that ends TLS: secure cookies, redirect, HSTS
KOPPELKANS_SECRET     secret key; without it the key in the file secret.key of the data folder
KOPPELKANS_OIDC_*     sign-in of officials: _SERVER (issuer), _CLIENT, _SECRET, _NAME
KOPPELKANS_MAIL       smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465, ?from=name@host; without it no mail is sent
KOPPELKANS_SECOND_FACTOR  1 or 0: whether who may publish and grant must have a second factor (default: with HTTPS)
KOPPELKANS_PROXIES    number of proxies in front of the site that add X-Forwarded-For (default: 1 with HTTPS, otherwise 0)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from koppelkans.web.configuration import (
    database,
    form_targets,
    https_settings,
    mail_settings,
    oidc_providers,
    secret_key,
)

HERE = Path(__file__).parent
DATA = Path(os.environ.get("KOPPELKANS_DATA") or Path.home() / ".local" / "share" / "koppelkans")
HTTPS = os.environ.get("KOPPELKANS_HTTPS") == "1"

DEBUG = False
SECRET_KEY = secret_key(DATA)
ALLOWED_HOSTS = os.environ.get("KOPPELKANS_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if HTTPS and "*" not in name]
ROOT_URLCONF = "koppelkans.web.urls"
WSGI_APPLICATION = "koppelkans.web.wsgi.application"
CSRF_FAILURE_VIEW = "koppelkans.web.ui.faults.csrf_failure"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "koppelkans.web.accounts",  # before allauth: its pages are ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "koppelkans.web.ui",
    "koppelkans.web.audit",
    "koppelkans.web.projects",
    "koppelkans.web.places",
    "koppelkans.web.jobs",
    "koppelkans.web.plans",
    "koppelkans.web.residents",
    "koppelkans.web.intentions",
    "koppelkans.web.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "koppelkans.web.accounts.keeping.PrivatePages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "koppelkans.web.ui.faults.FaultPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "koppelkans.web.ui.context.site",
            ],
            "builtins": ["koppelkans.web.ui.templatetags.koppelkans"],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": database(os.environ.get("KOPPELKANS_DATABASE", ""), DATA)}

# Files, because limits on signing in count over all web processes; parts of pages are kept in the memory of each process.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(DATA / "cache")},
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
    },
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "uploads")},
    },
    "staticfiles": {"BACKEND": "koppelkans.web.ui.assets.CompressedAssets"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MIMETYPES = {
    ".mjs": "text/javascript",
    ".geojson": "application/geo+json",
    ".pmtiles": "application/octet-stream",
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
MAX_UPLOAD_BYTES = 200_000_000

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _SELF,
        "connect-src": _SELF,
        "style-src": _SELF,
        "worker-src": _SELF,
        "base-uri": _SELF,
        "form-action": form_targets(os.environ),
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
globals().update(https_settings(on=HTTPS))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "koppelkans.web.accounts.passwords.CommonCoreValidator"},
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "koppelkans: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "signup": "20/h/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("KOPPELKANS_PROXIES") or int(HTTPS))
_FORMS = "koppelkans.web.accounts.entry_forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm", "signup": f"{_FORMS}.SignupForm", "change_password": f"{_FORMS}.ChangePasswordForm", "set_password": f"{_FORMS}.SetPasswordForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm", "reset_password_from_key": f"{_FORMS}.ResetPasswordKeyForm", "add_email": f"{_FORMS}.AddEmailForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
}  # fmt: skip
ACCOUNT_ADAPTER = "koppelkans.web.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "koppelkans.web.accounts.adapters.OfficialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_providers(os.environ)}}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "activate_totp": f"{_FORMS}.ActivateTOTPForm", "authenticate": f"{_FORMS}.AuthenticateForm", "reauthenticate": f"{_FORMS}.ReauthenticateCodeForm",
}  # fmt: skip
MFA_ADAPTER = "koppelkans.web.accounts.adapters.FactorAdapter"
MFA_TOTP_ISSUER = "koppelkans"
SECOND_FACTOR = os.environ.get("KOPPELKANS_SECOND_FACTOR", "1" if HTTPS else "0") == "1"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
globals().update(mail_settings(os.environ.get("KOPPELKANS_MAIL", "")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
