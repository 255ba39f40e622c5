"""Forms of projects: each fault names the field, what was found, what was expected and the next step."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from koppelkans.web.accounts.models import User
from koppelkans.web.accounts.rights import Role
from koppelkans.web.projects.documents import checked_document
from koppelkans.web.projects.models import Document, Partner, PlannedDate, Project
from koppelkans.web.projects.outline import geometry_in

RESERVED = ("nieuw",)
"""Words that stand in addresses where the name of a project would."""
OUTLINE_CHARACTERS = 400_000
TEXT_CHARACTERS = 4_000


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a project tells about itself. ``version``: of the page that is being edited."""

    area_text = forms.CharField(
        label=_("Omtrek (GeoJSON)"), required=False, max_length=OUTLINE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Een veelhoek in lengte- en breedtegraden (EPSG:4326), zoals QGIS die bewaart. Leeg: geen omtrek bekend."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, initial=1)

    class Meta:
        model = Project
        fields = [
            "title", "municipality", "phase", "summary", "summary_en", "first_question", "first_question_en", "contact", "by_city",
            "source", "source_en", "area_source", "area_source_en", "tender_closed_until",
        ]  # fmt: skip
        labels = {
            "summary_en": _("Beschrijving in het Engels"),
            "first_question_en": _("Eerste vraag in het Engels"),
            "by_city": _("De stad of gemeente houdt deze pagina zelf bij"),
            "source_en": _("Bron van de beschrijving in het Engels"),
            "area_source_en": _("Wat de omtrek is, in het Engels"),
        }
        help_texts = {
            "first_question": _("Wat vraagt dit project van een plan? Eén zin."),
            "contact": _("Naam van een dienst, met telefoon of e-mail. Geen privégegevens."),
            "source": _("Uit welke openbare teksten dit komt. Verschijnt als de stad de pagina niet zelf bijhoudt."),
            "area_source": _(
                "Bijvoorbeeld: projectgebied volgens het besluit van de gemeenteraad; met bronvermelding en licentie."
            ),
            "tender_closed_until": _(
                "Tot die dag ziet alleen de projectleiding tabellen die een aanbesteding kunnen beïnvloeden."
            ),
        }
        widgets = {
            "tender_closed_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "summary": forms.Textarea(attrs={"rows": 5, "maxlength": TEXT_CHARACTERS}),
            "summary_en": forms.Textarea(attrs={"rows": 5, "maxlength": TEXT_CHARACTERS}),
            "first_question": forms.Textarea(attrs={"rows": 2, "maxlength": TEXT_CHARACTERS}),
            "first_question_en": forms.Textarea(attrs={"rows": 2, "maxlength": TEXT_CHARACTERS}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version
            self.fields["area_text"].initial = json.dumps(self.instance.area) if self.instance.area else ""

    def clean_area_text(self) -> dict[str, Any] | None:
        """The outline as geometry."""
        text = self.cleaned_data["area_text"].strip()
        if not text:
            return None
        try:
            return geometry_in(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Texts of a bounded length; an outline never without what it is."""
        given = super().clean() or self.cleaned_data
        for name in ("summary", "summary_en", "first_question", "first_question_en"):
            if len(given.get(name) or "") > TEXT_CHARACTERS:
                self.add_error(name, _("Gevonden: %(found)s tekens; verwacht: hoogstens %(most)s. Kort de tekst in.") % {"found": len(given[name]), "most": TEXT_CHARACTERS})  # fmt: skip
        if given.get("area_text") and not given.get("area_source"):
            self.add_error(
                "area_source",
                _("Er is een omtrek, maar niet wat hij is en van wie. Vul dit in of laat de omtrek leeg."),
            )
        return given

    def values(self) -> dict[str, Any]:
        """What would be stored, by field of the model."""
        return {**{name: self.cleaned_data[name] for name in self.Meta.fields}, "area": self.cleaned_data["area_text"]}


class NewProjectForm(ProjectForm):
    """A new project: also its short name in addresses, and whether it is a pioneer."""

    class Meta(ProjectForm.Meta):
        fields = [*ProjectForm.Meta.fields[:2], "slug", "pioneer", *ProjectForm.Meta.fields[2:]]
        labels = {
            **ProjectForm.Meta.labels,
            "slug": _("Korte naam in het adres"),
            "pioneer": _("Pionier van het 100 Wijken Platform"),
        }
        help_texts = {
            **ProjectForm.Meta.help_texts,
            "slug": _("Kleine letters en streepjes, zoals leuven-ter-elst. Leeg: uit gemeente en naam."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """A name that no other project has."""
        slug = self.cleaned_data["slug"] or slugify(
            f"{self.data.get('municipality', '')} {self.data.get('title', '')}"
        )[:60].strip("-")
        if slug in RESERVED or not slug:
            raise forms.ValidationError(_("Deze korte naam kan niet. Kies een andere, met letters en streepjes."))
        if Project.objects.filter(slug=slug).exists():
            raise forms.ValidationError(
                _("Er is al een wijk met de korte naam %(slug)s. Kies een andere.") % {"slug": slug}
            )
        return slug


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A partner and its part."""

    class Meta:
        model = Partner
        fields = ["name", "kind", "part"]


class PlannedDateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A date or price that somebody decided or planned; what is computed is never typed in here."""

    class Meta:
        model = PlannedDate
        fields = ["what", "street", "value", "status", "owner", "reference"]
        labels = {"status": _("Stand")}
        help_texts = {
            "value": _("Zoals het beslist of gepland is: voorjaar 2028, of 62 euro per MWh."),
            "status": _(
                "Beslist: er is een besluit. Gepland: het staat in de plannen van de eigenaar. Wat koppelkans berekent, hoort hier niet."
            ),
            "reference": _("Nummer van het besluit, of het document waarin het staat."),
        }


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A file, or the number of a decision, or both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    class Meta:
        model = Document
        fields = ["title", "file", "decision_number", "dated", "public"]
        labels = {"file": _("Bestand"), "public": _("Openbaar: iedereen mag dit lezen")}
        widgets = {"dated": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), "file": forms.FileInput}
        help_texts = {"file": _("pdf, docx, xlsx, pptx, odt, ods, csv, txt, png, jpg of gpkg; hoogstens 25 MB.")}

    def clean_file(self) -> Any:
        """A file of a known kind."""
        file = self.cleaned_data.get("file")
        return checked_document(file) if file else file

    def clean(self) -> dict[str, Any]:
        """Something must be there."""
        given = super().clean() or self.cleaned_data
        if "file" not in self.errors and not given.get("file") and not given.get("decision_number"):
            self.add_error("file", _("Gevonden: geen bestand en geen besluitnummer; verwacht: minstens een van beide."))
        return given


class MemberForm(forms.Form):
    """Who joins the team, and in which role."""

    email = forms.EmailField(
        label=_("E-mailadres"),
        help_text=_("Van een account dat al bestaat. Heeft de persoon er nog geen, vraag dan om er een te maken."),
    )
    role = forms.ChoiceField(
        label=_("Rol"), choices=[(Role.MEMBER.value, _("lid")), (Role.LEAD.value, _("projectleiding"))]
    )

    def clean_email(self) -> str:
        """An account that exists; kept for the view as ``person``."""
        found = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True, erased_on=None).first()
        if found is None:
            raise forms.ValidationError(
                _(
                    "Er is geen account met het adres %(email)s. Controleer het adres, of vraag de persoon eerst een account te maken."
                )
                % {"email": self.cleaned_data["email"]}
            )
        self.person = found
        return str(found.email)
