"""What every page shares with its template: its language, the same page in the other one, and which part of the site it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

PAGES_OF_THEIR_OWN = ("own_home", "tenants", "kitchen_table")
METHOD_PAGES = ("method", "figures", "figure")
ACCOUNT_APPS = ("account", "mfa", "socialaccount", "workspace", "profile")
ACCOUNT_PAGES = ("erase_account", "api_keys", "platform_roles", "claim_rules", "reset_link")


def site(request: HttpRequest) -> dict[str, Any]:
    """Values for the base template."""
    language = get_language() or "nl"
    other = "en" if language == "nl" else "nl"
    return {
        "language": language,
        "other_language": other,
        "other_url": translate_url(request.get_full_path(), other),
        "section": _section(request),
    }


def _section(request: HttpRequest) -> str:
    """The entry of the main menu under which a page stands; empty for pages that stand under none."""
    match = request.resolver_match
    name = match.url_name or "" if match else ""
    if name in PAGES_OF_THEIR_OWN:
        return name
    if name in METHOD_PAGES:
        return "method"
    if name in ACCOUNT_PAGES or name.split("_")[0] in ACCOUNT_APPS:
        return "account"
    return "projects" if match and (name == "projects" or "slug" in match.kwargs) else ""
