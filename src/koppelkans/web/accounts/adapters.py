"""How accounts are made by sign-up and by the sign-in of officials."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from koppelkans.web.accounts.claims import propose_roles

WRONG_CODE = _("Deze code klopt niet. Neem de code die de app nu toont; ze verandert elke dertig seconden.")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up with an e-mail address and a password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Dit account is niet meer actief."),
        "email_password_mismatch": _(
            "Dit e-mailadres en dit wachtwoord horen niet samen. Kijk ze na, of herstel uw wachtwoord."
        ),
        "email_taken": _("Er is al een account met dit e-mailadres. Meld u aan, of herstel uw wachtwoord."),
        "enter_current_password": _("Typ uw huidige wachtwoord."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("Dit wachtwoord klopt niet."),
        "invalid_password_reset": _("Deze herstellink is niet meer geldig. Vraag een nieuwe."),
        "too_many_login_attempts": _("Te veel mislukte pogingen. Wacht vijf minuten en probeer opnieuw."),
        "rate_limited": _("Te veel aanvragen na elkaar. Wacht even en probeer opnieuw."),
    }

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """A name that says nothing about the person: nobody sees it, and it survives the account."""
        user.username = user.username or f"u-{secrets.token_hex(8)}"

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """The new user, with the language of the page they signed up on."""
        user.language = get_language() or "nl"
        return super().save_user(request, user, form, commit=commit)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors, with messages that say the next step."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("Bevestig eerst uw e-mailadres; daarna kunt u een tweede factor instellen."),
    }


class OfficialAdapter(DefaultSocialAccountAdapter):
    """Sign-in of officials through OpenID Connect; never grants a role by itself, only proposes."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "email_taken": _(
            "Er is al een account met dit e-mailadres. Meld u eerst aan met uw wachtwoord en koppel dan %s."
        ),
    }

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """The user with the name and the address that the sign-in of officials gives."""
        user = sociallogin.user
        user.email = data.get("email") or ""
        user.name = (data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name")))))[:120]
        user.language = get_language() or "nl"
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """The new user, with the roles that the claims propose laid before the administrators."""
        user = super().save_user(request, sociallogin, form)
        propose_roles(user, sociallogin.account.extra_data)
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """At every later sign-in: the claims may have changed."""
        if sociallogin.is_existing:
            propose_roles(sociallogin.user, sociallogin.account.extra_data)
