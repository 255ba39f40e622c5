"""What a place is made of: the tables that are read, and the buildings as they are completed."""

from __future__ import annotations

from koppelkans.tables.contract import Column, column, table
from koppelkans.tables.vocabulary import LEVELS, PERIODS, PROVENANCE, TYPES, USES

_POLYGON = ("Polygon", "MultiPolygon")
_LINE = ("LineString", "MultiLineString")


def _provenance(name: str, title: str) -> Column:
    return column(
        f"{name}_from", str, title=f"Herkomst {title}", description=f"provenance of {name}", choices=PROVENANCE
    )


BUILDINGS = table(
    "buildings", key="building", title="Gebouwen", geometry=(*_POLYGON, "Point"), per_building=True,
    columns=[
        column("level", str, title="Niveau", description="level of detail of this row", choices=LEVELS),
        column("street", str, title="Straat", description="official street name", nullable=True),
        column("house_number", str, title="Huisnummer", description="number with letter", nullable=True),
        column("use", str, title="Gebruik", description="main use", choices=USES),
        column("type", str, title="Type", description="building form", choices=TYPES),
        column("heated", bool, title="Verwarmd", description="false for sheds, garages and other annexes"),
        column("protected", bool, title="Beschermd", description="protected heritage, where the data say so"),
        column("dwellings", int, low=0, high=2_000, title="Woningen", description="dwellings in the building"),
        column("built_year", int, low=1200, high=2100, title="Bouwjaar", description="year of first completion"),
        column("period", str, title="Bouwperiode", description="TABULA construction period", choices=PERIODS),
        column("storeys", float, low=1, high=60, title="Bouwlagen", description="heated storeys, half for a used attic"),
        column("floor_area_m2", float, low=5, high=200_000, title="Vloeroppervlakte", description="heated, all storeys, outer dimensions"),
        column("footprint_m2", float, low=1, high=200_000, title="Grondoppervlakte", description="footprint", nullable=True),
        column("exposed_perimeter_m", float, low=0, high=20_000, title="Vrije omtrek", description="perimeter without party walls", nullable=True),
        column("party_share", float, low=0, high=1, title="Aandeel gemene muur", description="share of the perimeter that touches heated neighbours", nullable=True),
        column("roof_m2", float, low=1, high=200_000, title="Dakoppervlakte", description="roof, when the data give the envelope", nullable=True),
        column("wall_m2", float, low=0, high=200_000, title="Buitenmuur", description="outer walls without windows, when the data give the envelope", nullable=True),
        column("window_m2", float, low=0, high=200_000, title="Ramen", description="windows, when the data give the envelope", nullable=True),
        column("ground_m2", float, low=1, high=200_000, title="Vloer op grond", description="ground floor slab, when the data give the envelope", nullable=True),
        column("roof_w_per_m2k", float, low=0.05, high=7, title="U-waarde dak", description="where an audit or certificate gives it", nullable=True),
        column("wall_w_per_m2k", float, low=0.05, high=7, title="U-waarde muur", description="where an audit or certificate gives it", nullable=True),
        column("window_w_per_m2k", float, low=0.4, high=7, title="U-waarde raam", description="where an audit or certificate gives it", nullable=True),
        column("ground_w_per_m2k", float, low=0.05, high=7, title="U-waarde vloer", description="where an audit or certificate gives it", nullable=True),
        column("epc_score_kwh_per_m2", float, low=-500, high=3_000, title="EPC-kengetal", description="score of the energy certificate, primary energy; empty where there is none", nullable=True),
        column("metered_gas_kwh", float, low=0, high=50_000_000, title="Gemeten gas", description="metered gas of a normal year, gross calorific value", nullable=True),
        _provenance("use", "gebruik"), _provenance("type", "type"), _provenance("dwellings", "woningen"),
        _provenance("built_year", "bouwjaar"), _provenance("storeys", "bouwlagen"), _provenance("floor_area", "vloeroppervlakte"),
    ],
)  # fmt: skip

RECORDS = table(
    "records", key="building", title="Gebouwrecords", geometry=(*_POLYGON, "Point"), per_building=True,
    columns=[
        column("level", str, title="Niveau", description="level of detail of this row", choices=LEVELS),
        column("street", str, title="Straat", description="official street name", nullable=True),
        column("house_number", str, title="Huisnummer", description="number with letter", nullable=True),
        column("postcode", str, title="Postcode", description="postal code", nullable=True),
        column("source_class", str, title="Klasse in de bron", description="building class as the source writes it", nullable=True),
        column("use", str, title="Gebruik", description="main use, where the source says so", choices=USES, nullable=True),
        column("type", str, title="Type", description="building form, where the source says so", choices=TYPES, nullable=True),
        column("protected", bool, title="Beschermd", description="protected heritage, where the source says so"),
        column("addresses", int, low=0, high=5_000, title="Adressen", description="house numbers attached to the building"),
        column("boxes", int, low=0, high=5_000, title="Busnummers", description="box numbers attached to the building"),
        column("dwellings", float, low=0, high=2_000, title="Woningen", description="dwellings, where the source says so", nullable=True),
        column("built_year", float, low=1200, high=2100, title="Bouwjaar", description="year of first completion", nullable=True),
        column("storeys", float, low=1, high=60, title="Bouwlagen", description="heated storeys", nullable=True),
        column("floor_area_m2", float, low=5, high=200_000, title="Vloeroppervlakte", description="heated, all storeys", nullable=True),
        column("footprint_m2", float, low=1, high=200_000, title="Grondoppervlakte", description="footprint", nullable=True),
        column("volume_m3", float, low=5, high=2_000_000, title="Volume", description="heated volume", nullable=True),
        column("roof_m2", float, low=1, high=200_000, title="Dak", description="roof", nullable=True),
        column("wall_m2", float, low=0, high=200_000, title="Buitenmuur", description="outer walls without windows", nullable=True),
        column("window_m2", float, low=0, high=200_000, title="Ramen", description="windows", nullable=True),
        column("ground_m2", float, low=1, high=200_000, title="Vloer op grond", description="ground floor slab", nullable=True),
        column("roof_w_per_m2k", float, low=0.05, high=7, title="U-waarde dak", description="where an audit or certificate gives it", nullable=True),
        column("wall_w_per_m2k", float, low=0.05, high=7, title="U-waarde muur", description="where an audit or certificate gives it", nullable=True),
        column("window_w_per_m2k", float, low=0.4, high=7, title="U-waarde raam", description="where an audit or certificate gives it", nullable=True),
        column("ground_w_per_m2k", float, low=0.05, high=7, title="U-waarde vloer", description="where an audit or certificate gives it", nullable=True),
        column("epc_score_kwh_per_m2", float, low=-500, high=3_000, title="EPC-kengetal", description="score of the energy certificate, primary energy; empty where there is none", nullable=True),
        column("metered_gas_kwh", float, low=0, high=50_000_000, title="Gemeten gas", description="metered gas of a normal year", nullable=True),
        column("record_from", str, title="Herkomst", description="where the filled columns come from", choices=PROVENANCE),
    ],
)  # fmt: skip
"""What the readers know of each building before anything is imputed: one row per building, or per address at levels B and D."""

STREETS = table(
    "streets", key="section", title="Straten", geometry=_LINE,
    columns=[
        column("street", str, title="Straat", description="official street name", nullable=True),
        column("road_class", str, title="Wegklasse", description="class of the road as in its source", nullable=True),
        column("surface", str, title="Verharding", description="surface as in its source", nullable=True),
        column("width_m", float, low=0.5, high=200, title="Breedte", description="width of the street, where known", nullable=True),
        column("structure", str, title="Kunstwerk", description="bridge or tunnel; empty where it lies on the ground or the source does not say", choices=("bridge", "tunnel"), nullable=True),
        column("length_m", float, low=0, high=100_000, title="Lengte", description="length of the axis"),
    ],
)  # fmt: skip

SECTIONS = table(
    "sections", key="section", title="Straatsecties", geometry=("LineString",),
    columns=[
        column("street", str, title="Straat", description="official street name", nullable=True),
        column("road_class", str, title="Wegklasse", description="class of the road as in its source", nullable=True),
        column("surface", str, title="Verharding", description="surface as in its source", nullable=True),
        column("from_node", str, title="Van knoop", description="junction where the line begins"),
        column("to_node", str, title="Naar knoop", description="junction where the line ends"),
        column("length_m", float, low=0.01, high=100_000, title="Lengte", description="length of the axis between two junctions"),
        column("width_m", float, low=0.5, high=200, title="Breedte", description="width of the street, facade to facade or by class"),
        column("width_low_m", float, low=0.5, high=200, title="Breedte laag", description="low end of the width"),
        column("width_high_m", float, low=0.5, high=200, title="Breedte hoog", description="high end of the width"),
        _provenance("width", "breedte"),
        column("trench", bool, title="Sleuf mogelijk", description="a heat pipe may be laid here: no motorway, track, path or steps"),
        column("component", str, title="Deelnet", description="connected part of the trench routes it belongs to", nullable=True),
    ],
)  # fmt: skip
"""Streets as a graph: sections between junctions."""

ATTACHMENTS = table(
    "attachments", key="building", title="Aansluitpunten", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section that the building connects to"),
        column("along_m", float, low=0, high=100_000, title="Plaats op de sectie", description="distance from the beginning of the section"),
        column("service_m", float, low=0.1, high=2_000, title="Lengte van de aansluiting", description="service pipe from the axis to the building"),
        column("found_by", str, title="Gevonden door", description="street name or distance", choices=("street_name", "distance")),
        column("x_m", float, title="X van de aftakking", description="branch point on the axis, in the coordinates of the place"),
        column("y_m", float, title="Y van de aftakking", description="branch point on the axis, in the coordinates of the place"),
    ],
)  # fmt: skip
"""Where each heated building would leave the street: at levels A and B; buildings out of reach have no row."""

ADDRESSES = table(
    "addresses", key="address", title="Adressen", geometry=("Point",), per_building=True,
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("house_number", str, title="Huisnummer", description="number with letter", nullable=True),
        column("box_number", str, title="Busnummer", description="box; empty where there is none", nullable=True),
        column("postcode", str, title="Postcode", description="postal code", nullable=True),
        column("municipality", str, title="Gemeente", description="name of the municipality", nullable=True),
    ],
)  # fmt: skip

AREAS = table(
    "areas", key="area", title="Gebied", geometry=_POLYGON,
    columns=[column("name", str, title="Naam", description="name of the area", nullable=True)],
)  # fmt: skip

SECTOR_STATISTICS = table(
    "sector_statistics", key="row", title="Cijfers per sector",
    columns=[
        column("sector", str, title="Statistische sector", description="9-character code, or the name of the area"),
        column("year", int, low=1990, high=2100, title="Jaar", description="year of the figure"),
        column("quantity", str, title="Grootheid", description="what was counted, e.g. gas_kwh, gas_connections, epc_label_a"),
        column("value", float, low=0, title="Waarde", description="the figure", nullable=True),
        column("unit", str, title="Eenheid", description="unit as stated or inferred"),
        column("source", str, title="Bron", description="attribution line"),
    ],
)  # fmt: skip
