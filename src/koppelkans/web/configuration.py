"""What the settings read from the environment: database, secret key, HTTPS, sign-in of officials."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

YEAR_S = 365 * 24 * 3600
KEY_FILE = "secret.key"
NO_KEY = "insecure-without-data-folder"
SHORTEST_KEY = 50
FEWEST_SIGNS = 5
_SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000; PRAGMA cache_size=-20000;"


def database(url: str, data: Path) -> dict[str, Any]:
    """The database settings of Django: SQLite in the data folder, or the PostgreSQL of the address.

    SQLite transactions begin with IMMEDIATE: writers wait for one another instead of failing half way, and the audit log has one
    writer at a time.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data / "koppelkans.sqlite3"),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": _SQLITE_START},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError("KOPPELKANS_DATABASE: expected postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def secret_key(data: Path) -> str:
    """The key that signs sessions: from the environment, from the data folder, or one that no site may serve with."""
    file = data / KEY_FILE
    return os.environ.get("KOPPELKANS_SECRET") or (
        file.read_text(encoding="ascii").strip() if file.is_file() else NO_KEY
    )


def make_secret_key(data: Path) -> Path:
    """The file with the key of this site, made when it is not there yet, readable by its owner alone."""
    file = data / KEY_FILE
    data.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.suppress(FileExistsError),
        open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out,
    ):
        out.write(secrets.token_urlsafe(48) + "\n")
    return file


def secret_key_fault(key: str) -> str:
    """Why no site may serve with this key; empty when it may."""
    if key == NO_KEY:
        return "this site has no secret key: start it with koppelkans serve, which makes one in the data folder, or set KOPPELKANS_SECRET"
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
        return (
            f"the secret key has {len(key)} characters, {len(set(key))} of them different; expected at least {SHORTEST_KEY} and {FEWEST_SIGNS}: "
            "set KOPPELKANS_SECRET to a random text (openssl rand -base64 48)"
        )
    return ""


def mail_settings(url: str) -> dict[str, Any]:
    """Settings of outgoing mail; without an address no mail is sent, and nobody has to confirm theirs.

    Raises ValueError for an address that is not smtp:// or smtps://.
    """
    if not url:
        return {
            "MAIL_CONFIGURED": False,
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "ACCOUNT_EMAIL_VERIFICATION": "none",
            "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("KOPPELKANS_MAIL: expected smtp://user:password@host:587 or smtps://user:password@host:465")
    sender = parse_qs(parts.query).get("from", [f"koppelkans@{parts.hostname}"])[0]
    return {
        "MAIL_CONFIGURED": True,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.hostname not in ("localhost", "127.0.0.1"),
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "MFA_ALLOW_UNVERIFIED_EMAIL": False,
    }


def https_settings(*, on: bool) -> dict[str, Any]:
    """Settings behind a proxy that ends TLS; without TLS (a laptop) cookies travel over plain HTTP.

    Names with __Host- are kept by browsers only when set over TLS, for this host alone.
    """
    before = "__Host-" if on else ""
    return {
        "SESSION_COOKIE_NAME": f"{before}sessionid",
        "CSRF_COOKIE_NAME": f"{before}csrftoken",
        "LANGUAGE_COOKIE_NAME": f"{before}language",
        "LANGUAGE_COOKIE_SECURE": on,
        "SESSION_COOKIE_SECURE": on,
        "CSRF_COOKIE_SECURE": on,
        "SECURE_SSL_REDIRECT": on,
        "SECURE_HSTS_SECONDS": YEAR_S if on else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": on,
        "SECURE_HSTS_PRELOAD": on,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if on else None,
    }


def oidc_providers(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sign-in of officials, when its address, client and secret are all given; otherwise none."""
    given = {name: environment.get(f"KOPPELKANS_OIDC_{name}", "") for name in ("SERVER", "CLIENT", "SECRET", "NAME")}
    if not all(given[name] for name in ("SERVER", "CLIENT", "SECRET")):
        return []
    return [
        {
            "provider_id": "officials",
            "name": given["NAME"] or "Vlaamse overheid",
            "client_id": given["CLIENT"],
            "secret": given["SECRET"],
            "settings": {"server_url": given["SERVER"], "oauth_pkce_enabled": True},
        }
    ]


def form_targets(environment: Mapping[str, str]) -> list[str]:
    """Where forms of this site may lead: to itself, and to the sign-in of officials, which the sign-in form redirects to."""
    server = urlsplit(environment.get("KOPPELKANS_OIDC_SERVER", ""))
    return ["'self'", f"{server.scheme}://{server.netloc}"] if server.netloc else ["'self'"]
