"""Forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from koppelkans.web.accounts.models import ApiKey, ClaimRole, User
from koppelkans.web.accounts.rights import PLATFORM_ROLES
from koppelkans.web.accounts.words import role_words


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """How others see a user, and in which language mail is written."""

    language = forms.ChoiceField(label=_("Taal"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "organisation", "language"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "organisation": forms.TextInput(attrs={"autocomplete": "organization"}),
        }
        help_texts = {"name": _("Zo ziet uw projectteam u. Bezoekers zien geen namen.")}


class EraseForm(forms.Form):
    """The word that says that somebody means it."""

    confirm = forms.BooleanField(label=_("Ja, wis mijn account. Ik weet dat dit niet ongedaan gemaakt kan worden."))


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a key is for."""

    class Meta:
        model = ApiKey
        fields = ["label"]
        help_texts = {"label": _("Bijvoorbeeld: nachtelijke berekening op de server van de stad.")}


class UserField(forms.EmailField):
    """Somebody who has an account, by e-mail address."""

    def clean(self, value: Any) -> User:
        """The user. Raises ValidationError when nobody has this address."""
        address = super().clean(value)
        found = User.objects.filter(email__iexact=address, is_active=True).first()
        if found is None:
            raise forms.ValidationError(
                _("Niemand heeft een account met %(address)s. Vraag deze persoon zich eerst te registreren."),
                params={"address": address},
            )
        return found


class GrantForm(forms.Form):
    """A role on the whole platform for somebody."""

    user = UserField(label=_("E-mailadres"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Rol"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role_words(role)) for role in PLATFORM_ROLES]  # type: ignore[attr-defined]


class ResetLinkForm(forms.Form):
    """For whom a link is made that sets a new password."""

    user = UserField(label=_("E-mailadres"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class ClaimRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule: who carries this value in this claim is proposed for this role."""

    class Meta:
        model = ClaimRole
        fields = ["claim", "value", "role", "project"]
        help_texts = {
            "claim": _(
                "Naam van de claim in de aanmelding, bijvoorbeeld vo_doelgroepcode; een punt leidt naar een claim in een claim."
            ),
            "project": _("Leeg: een rol op het hele platform."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        field.choices = [(value, role_words(value) if value else _("kies een rol")) for value, _label in field.choices]  # type: ignore[attr-defined]
        self.fields["project"].empty_label = _("het hele platform")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A role of a project needs a project, a role of the platform none."""
        cleaned = super().clean() or {}
        role, project = cleaned.get("role"), cleaned.get("project")
        if role and (role in PLATFORM_ROLES) == (project is not None):
            self.add_error(
                "project",
                _("Deze rol geldt op het hele platform: kies geen wijk.")
                if project
                else _("Deze rol geldt in een wijk: kies er een."),
            )
        return cleaned
