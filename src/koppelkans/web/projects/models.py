"""Projects (wijken), their partners and documents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """How far a project is."""

    EXPLORING = "exploring", _("verkenning")
    STUDYING = "studying", _("studie")
    DECIDING = "deciding", _("beslissing")
    BUILDING = "building", _("uitvoering")
    RUNNING = "running", _("in werking")


class Project(models.Model):
    """A neighbourhood that is being planned.

    ``by_city``: the city itself keeps this page; otherwise it is described by us, from the public texts of ``source``, and says so.
    ``area``: outline as GeoJSON geometry in WGS 84 with its ``area_source`` (what the outline is and who made it); empty: no outline known.
    ``tender_closed_until``: tables that matter to a tender are closed to all but leads until that day. ``first_question``: what the
    project asks of a plan.
    """

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("naam"), max_length=120)
    municipality = models.CharField(_("gemeente"), max_length=80)
    phase = models.CharField(_("fase"), max_length=16, choices=Phase.choices, default=Phase.EXPLORING)
    summary = models.TextField(_("beschrijving"), blank=True)
    summary_en = models.TextField(blank=True)
    first_question = models.TextField(_("eerste vraag"), blank=True)
    first_question_en = models.TextField(blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    by_city = models.BooleanField(default=True)
    pioneer = models.BooleanField(default=False)
    area = models.JSONField(null=True, blank=True)
    area_source = models.CharField(_("wat de omtrek is"), max_length=400, blank=True)
    area_source_en = models.CharField(max_length=400, blank=True)
    source = models.CharField(_("bron van de beschrijving"), max_length=300, blank=True)
    source_en = models.CharField(max_length=300, blank=True)
    tender_closed_until = models.DateField(_("aanbesteding gesloten tot"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def summary_here(self) -> str:
        """The description in the language of the reader."""
        return self._here("summary")

    @property
    def question_here(self) -> str:
        """The first question in the language of the reader."""
        return self._here("first_question")

    @property
    def area_source_here(self) -> str:
        """What the outline is, in the language of the reader."""
        return self._here("area_source")

    @property
    def source_here(self) -> str:
        """Where the description comes from, in the language of the reader."""
        return self._here("source")

    def _here(self, field: str) -> str:
        english = getattr(self, f"{field}_en") if get_language() == "en" else ""
        return str(english or getattr(self, field))


class Partner(models.Model):
    """An organisation in a project, with its part in it."""

    class Kind(models.TextChoices):
        """What kind of organisation."""

        MUNICIPALITY = "municipality", _("stad of gemeente")
        HEAT_COMPANY = "heat_company", _("warmtebedrijf")
        GRID_OPERATOR = "grid_operator", _("netbeheerder")
        SEWER = "sewer", _("rioolbeheerder")
        ROAD = "road", _("wegbeheerder")
        HOUSING = "housing", _("woonmaatschappij")
        COOPERATIVE = "cooperative", _("energiecoöperatie")
        ENERGY_HOUSE = "energy_house", _("energiehuis")
        INSTITUTION = "institution", _("school, zorg of andere grote afnemer")
        RESEARCH = "research", _("onderzoek")
        RESIDENTS = "residents", _("bewoners")
        FLEMISH = "flemish", _("Vlaamse administratie")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("naam"), max_length=160)
    kind = models.CharField(_("soort"), max_length=16, choices=Kind.choices)
    part = models.CharField(_("rol"), max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A file or a decision of a project. ``public``: everybody may read it; otherwise the team alone."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(_("titel"), max_length=200)
    file = models.FileField(upload_to="documents/%Y/", blank=True)
    decision_number = models.CharField(_("besluitnummer"), max_length=80, blank=True)
    dated = models.DateField(_("datum"), null=True, blank=True)
    public = models.BooleanField(_("openbaar"), default=False)
    added_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.title


class PlannedDate(models.Model):
    """A date or price that somebody decided or planned; what the engine computes is never one of these.

    ``status``: decided (with the number of the decision) or planned (in the files of its owner).
    """

    class Status(models.TextChoices):
        """Who stands behind it."""

        DECIDED = "decided", _("beslist")
        PLANNED = "planned", _("gepland")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="planned_dates")
    what = models.CharField(_("wat"), max_length=200)
    street = models.CharField(_("straat"), max_length=120, blank=True)
    value = models.CharField(_("datum of prijs"), max_length=80)
    status = models.CharField(max_length=8, choices=Status.choices)
    owner = models.CharField(_("wie"), max_length=160)
    reference = models.CharField(_("besluitnummer of bron"), max_length=160)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.value}"
