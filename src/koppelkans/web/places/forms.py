"""The form to upload a place with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

GRID_AREAS = [
    ("", _("uit de postcode afleiden")), ("antwerpen", "Antwerpen"), ("halle_vilvoorde", "Halle-Vilvoorde"), ("imewo", "Imewo"),
    ("kempen", "Kempen"), ("limburg", "Limburg"), ("midden_vlaanderen", "Midden-Vlaanderen"), ("west", "West"), ("zenne_dijle", "Zenne-Dijle"),
]  # fmt: skip
LAYERS = [("buildings", _("gebouwen")), ("buildings_points", _("gebouwen als punten")), ("streets", _("straten")), ("addresses", _("adressen")), ("areas", _("wijkgrenzen"))]  # fmt: skip
BYTES_PER_MB = 1_000_000


class PlaceForm(forms.Form):
    """A file with layers, and what it does not say itself."""

    title = forms.CharField(
        label=_("Naam van het gebied"), max_length=120, help_text=_("Zoals het boven het plan zal staan.")
    )
    file = forms.FileField(
        label=_("Bestand"), allow_empty_file=False,
        error_messages={"required": _("Kies een bestand: een GeoPackage of een zip."), "empty": _("Dit bestand is leeg (0 bytes). Kies een ander.")},
    )  # fmt: skip
    municipality = forms.CharField(
        label=_("Gemeente"), max_length=80, required=False, help_text=_("Leeg: uit de adressen.")
    )
    nis = forms.RegexField(
        r"^\d{5}$", label=_("NIS-code van de gemeente"), required=False, help_text=_("Vijf cijfers, zoals 13019. Leeg: uit de wijkgrenzen."),
        error_messages={"invalid": _("Verwacht: vijf cijfers, zoals 13019. Laat het leeg als u de code niet kent.")},
    )  # fmt: skip
    grid_area = forms.ChoiceField(label=_("Netgebied van Fluvius"), choices=GRID_AREAS, required=False)
    dated = forms.CharField(
        label=_("Datum van de gegevens"), max_length=80, required=False, help_text=_("Bijvoorbeeld 2026-03.")
    )
    line = forms.CharField(label=_("Bronvermelding"), max_length=300, required=False, help_text=_("De regel die op elke kaart komt, zoals Bron: Grootschalig Referentiebestand, Digitaal Vlaanderen."))  # fmt: skip
    licence = forms.CharField(
        label=_("Licentie"),
        max_length=120,
        required=False,
        help_text=_("Bijvoorbeeld Modellicentie Gratis Hergebruik 1.0."),
    )
    layers = forms.MultipleChoiceField(
        label=_("Bron en licentie gelden voor"), choices=LAYERS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Verschillen de bronnen per laag, zet ze dan in een place.toml in de zip. Zit er een place.toml bij, dan geldt die in plaats van dit formulier."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.MAX_UPLOAD_BYTES // BYTES_PER_MB
        file = self.fields["file"]
        file.help_text = _("Een GeoPackage (.gpkg), of een zip met GeoPackage, shapefile, GeoJSON, FlatGeobuf, CSV of GeoParquet; hoogstens %(most)s MB.") % {"most": most}  # fmt: skip
        file.widget.attrs.update(
            {"accept": ".gpkg,.zip,.geojson,.json,.fgb,.csv,.parquet", "data-most-bytes": settings.MAX_UPLOAD_BYTES}
        )
        file.widget.attrs["data-too-large"] = str(
            _("Dit bestand is groter dan %(most)s MB. Kies een kleiner bestand, of knip het gebied kleiner.")
            % {"most": most}
        )

    def clean(self) -> dict[str, Any]:
        """A source line never without its licence and layers, nor the other way round."""
        given = super().clean() or self.cleaned_data
        parts = {name: given.get(name) for name in ("line", "licence", "layers")}
        if any(parts.values()):
            for name, value in parts.items():
                if not value and name not in self.errors:
                    self.add_error(
                        name, _("Bronvermelding, licentie en lagen horen samen. Vul dit in, of laat alle drie leeg.")
                    )
        return given
