"""Templates of the tables that a user may bring: a CSV with its columns explained, filled in with the streets of the place."""

from __future__ import annotations

import geopandas as gpd

from koppelkans.errors import DataError, suggestion
from koppelkans.place import street_assets, street_works
from koppelkans.place.street_works import STATUSES
from koppelkans.tables.street import ASSET_KINDS, ASSETS, OWNER_ROLES, WORK_KINDS, WORKS

TEMPLATES = ("assets", "works")
"""Tables of which there is a template."""
_ROLES = ", ".join(OWNER_ROLES)
_ASSETS = {
    "section": "sleutel van de straatsectie; in een GeoPackage (laag assets) mag ze ontbreken: dan beslist de vorm",
    "street": "om het lezen te vergemakkelijken, telt niet mee",
    "kind": f"een van {', '.join(ASSET_KINDS)}",
    "owner": f"een sleutel van street.owners in het scenario, of een rol ({_ROLES}); leeg: de gewone",
    "built_year": "jaar van aanleg of laatste vernieuwing; leeg: geloot",
    "life_years": "jaren van aanleg tot het einde van de levensduur; leeg: de gewone levensduur",
    "condition": "1 als nieuw tot 5 versleten; leeg waar niemand keek",
    "length_m": "m in de sectie; leeg: de hele sectie",
    "dn_mm": "nominale diameter van een leiding in mm; leeg waar niet bekend",
}
_WORKS = {
    "gipod_id": "nummer van het werk in GIPOD, of een eigen nummer",
    "section": "sleutel van de straatsectie; in een GeoJSON of GeoPackage (laag works) mag ze ontbreken: dan beslist de vorm",
    "street": "om het lezen te vergemakkelijken, telt niet mee",
    "kind": f"een van {', '.join(WORK_KINDS)}; gas is de leiding wegnemen, drains is afkoppelen op privédomein",
    "owner": f"een sleutel van street.owners in het scenario, of een rol ({_ROLES}); leeg: de gewone",
    "start": "jaar of datum waarop het begint, binnen de horizon: dat jaar ligt vast",
    "end": "jaar of datum waarop het eindigt; mag leeg",
    "status": f"een van {', '.join(STATUSES)}; leeg: planned",
    "own_eur": "EUR zonder btw, zonder de straat te openen en te sluiten; leeg: geraamd",
    "description": "wat erbij getoond wordt",
}


def template(name: str, sections: gpd.GeoDataFrame | None) -> str:
    """The text of a template: its columns explained in lines that begin with #, a header, and of a place one row per section (and kind of asset).

    sections: of the place; None: the header alone. Raises DataError for a table without template.
    """
    if name not in TEMPLATES:
        raise DataError(f"there is no template of {name!r}; {suggestion(name, TEMPLATES)}")
    declared, columns = (ASSETS, _ASSETS) if name == "assets" else (WORKS, _WORKS)
    known = street_assets.COLUMNS if name == "assets" else street_works.COLUMNS
    lines = [f"# {declared.title}. Regels die met # beginnen, tellen niet; rijen waarin niets is ingevuld ook niet."]
    lines += [f"# {column} ({', '.join(known[column])}): {meaning}" for column, meaning in columns.items()]
    lines.append(";".join(columns))
    if sections is not None:
        open_ones = sections[sections["trench"]].sort_index()
        streets = open_ones["street"].fillna("").str.replace(";", ",").to_dict()
        kinds = ASSET_KINDS if name == "assets" else ("",)
        for section, street in streets.items():
            lines += [_row(columns, section=str(section), street=str(street), kind=kind) for kind in kinds]
    return "\n".join(lines) + "\n"


def _row(columns: dict[str, str], **filled: str) -> str:
    return ";".join(filled.get(column, "") for column in columns)
