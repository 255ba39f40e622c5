"""Forms of sign-in and sign-up as this site shows them: the label says what to type, and the field itself stands empty."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _


class _Empty:
    """Without words inside the fields, which vanish when somebody types and repeat the label until then."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_Empty, account.LoginForm):
    """E-mail address and password; the way to a forgotten password stands below, not between label and field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class SignupForm(_Empty, account.SignupForm):
    """A new account."""


class ChangePasswordForm(_Empty, account.ChangePasswordForm):
    """Another password."""


class SetPasswordForm(_Empty, account.SetPasswordForm):
    """A first password, for who signs in otherwise."""


class ResetPasswordForm(_Empty, account.ResetPasswordForm):
    """The address that gets a link."""


class ResetPasswordKeyForm(_Empty, account.ResetPasswordKeyForm):
    """A new password, behind that link."""


class AddEmailForm(_Empty, account.AddEmailForm):
    """Another address."""


class ReauthenticateForm(_Empty, account.ReauthenticateForm):
    """The password once more."""


class ActivateTOTPForm(_Empty, totp.ActivateTOTPForm):
    """The first code of an app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code van de app")


class AuthenticateForm(_Empty, mfa.AuthenticateForm):
    """A code at sign-in."""


class ReauthenticateCodeForm(_Empty, mfa.ReauthenticateForm):
    """A code once more."""
