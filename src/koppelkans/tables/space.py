"""What the engine says of street space: cross-sections above and below ground, which one each street takes, and what was asked of them."""

from __future__ import annotations

from koppelkans.tables.contract import column, table

DIRECTIONS = ("two_way", "one_way", "cut")
"""How a carriageway is used. ``cut``: no through traffic, one lane for both directions."""

CYCLE_KINDS = ("none", "paths", "two_way_path", "street")
"""Room for cyclists: none of their own, a path on each side, one path for both directions, a cycle street."""

SIDES = ("none", "parking", "loading", "alternating", "trees", "wadi")
"""What lies between footway and carriageway. ``loading``: bays with loading bays between them; ``alternating``: two bays, one tree."""

STRIPS = (
    "garden",
    "footway",
    "parking",
    "loading",
    "alternating",
    "trees",
    "wadi",
    "cycle_path",
    "carriageway",
    "verge",
)
"""Strips of a cross-section above ground."""

CORRIDORS = (
    "electricity_telecom", "water", "gas", "foul_sewer", "rain_sewer", "heat", "boreholes", "bundled_cables", "bundled_sewers", "roots",
    "wadi",
)  # fmt: skip
"""What lies below ground: corridors of pipes and cables, and the room that tree rows and wadis keep free of them."""

QUANTITY_DEMANDS = ("street_parking", "parking", "canopy", "storage", "depaved", "trees", "loading", "boreholes")
DUTY_DEMANDS = ("cycle", "footway", "heat_corridor", "gas_corridor", "directions", "frozen", "own_bays")
SPACE_DEMANDS = (*QUANTITY_DEMANDS, *DUTY_DEMANDS)
"""What may be asked of street space: amounts over the whole neighbourhood, and duties of single sections."""

CORRIDOR_ROOM = ("free", "bundled", "none", "not_asked")
STREET_STATES = ("computed", "kept", "frozen", "not_planned")
"""``kept``: the cross-section of today is the answer; ``not_planned``: no street with houses, or too narrow for any pattern."""

PATTERNS = table(
    "patterns", key="pattern", title="Straatprofielen",
    columns=[
        column("class_m", float, low=0, title="Breedteklasse", description="width of the street for which it is drawn"),
        column("direction", str, title="Rijrichting", description="two directions, one, or no through traffic", choices=DIRECTIONS),
        column("cycle", str, title="Fiets", description="room for cyclists", choices=CYCLE_KINDS),
        column("footway_m", float, low=0, title="Voetpad", description="clear width of each footway"),
        column("left_side", str, title="Strook links", description="between left footway and carriageway", choices=SIDES),
        column("right_side", str, title="Strook rechts", description="between right footway and carriageway", choices=SIDES),
        column("gardens", int, low=0, high=2, title="Geveltuinen", description="sides with a strip of facade gardens"),
        column("carriageway_m", float, low=0, title="Rijbaan", description="width of the carriageway"),
        column("verge_m", float, low=0, title="Berm", description="what is left, planted so that it carries a vehicle"),
        column("bays", float, low=0, title="Parkeervakken per 100 m", description="bays on 100 m of street, driveways taken off"),
        column("trees", float, low=0, title="Bomen per 100 m", description="trees on 100 m of street"),
        column("canopy_m2", float, low=0, title="Kroon per 100 m", description="crown area after 20 years on 100 m of street"),
        column("storage_m3", float, low=0, title="Berging per 100 m", description="rain stored on 100 m of street"),
        column("bed_m2", float, low=0, title="Infiltratiebed per 100 m", description="area through which rain enters the soil on 100 m of street"),
        column("depaved_m2", float, low=0, title="Onthard per 100 m", description="open soil on 100 m of street"),
        column("loading", float, low=0, title="Laadplaatsen per 100 m", description="loading bays on 100 m of street"),
        column("cost_eur_per_m", float, low=0, title="Meerkost", description="green and cycle strips at a street that is rebuilt anyway"),
        column("sections", int, low=0, title="Straatsecties", description="sections that take it"),
    ],
)  # fmt: skip
"""The cross-sections that the answer uses, those of today among them."""

PATTERN_STRIPS = table(
    "pattern_strips", key="strip", title="Stroken van de straatprofielen",
    columns=[
        column("pattern", str, title="Profiel", description="cross-section that it belongs to"),
        column("level", str, title="Niveau", description="above or below ground", choices=("above", "below")),
        column("kind", str, title="Strook", description="what the strip is", choices=tuple(dict.fromkeys((*STRIPS, *CORRIDORS)))),
        column("from_m", float, low=0, title="Van", description="left edge, from the left facade"),
        column("to_m", float, low=0, title="Tot", description="right edge, from the left facade"),
    ],
)  # fmt: skip
"""Cross-sections as rows, from facade to facade; below ground a possible place, since real positions are not in the data."""

STREET_PATTERNS = table(
    "street_patterns", key="section", title="Straatprofiel per sectie", per_building=True,
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("class_m", float, low=0, title="Breedteklasse", description="width of the cross-section", nullable=True),
        column("pattern_now", str, title="Profiel nu", description="assumed from width and class of road", nullable=True),
        column("pattern_then", str, title="Profiel dan", description="cross-section of the answer", nullable=True),
        column("state", str, title="Toestand", description="how the answer came about", choices=STREET_STATES),
        column("drive", str, title="Rijrichting dan", description="two_way, one_lane, cut, along the line of the section or back", choices=("two_way", "one_lane", "cut", "along", "back"), nullable=True),
        column("bays_now", float, low=0, title="Parkeervakken nu", description="assumed"),
        column("bays", float, low=0, title="Parkeervakken dan", description="on the street"),
        column("trees", float, low=0, title="Bomen erbij", description="trees that the cross-section brings"),
        column("canopy_m2", float, low=0, title="Kroon na 20 jaar", description="of the trees that it brings"),
        column("storage_m3", float, low=0, title="Waterberging", description="rain stored in the street"),
        column("bed_m2", float, low=0, title="Infiltratiebed", description="area through which rain enters the soil"),
        column("depaved_m2", float, low=0, title="Onthard", description="open soil that the cross-section brings"),
        column("sealed_m2", float, low=0, title="Verhard dan", description="area that stays sealed"),
        column("loading", float, low=0, title="Laadplaatsen", description="loading bays"),
        column("boreholes", float, low=0, title="Boringen mogelijk", description="places in one line of boreholes"),
        column("cycle_m", float, low=0, title="Fietsroute", description="length with cycle path or cycle street"),
        column("garden_m", float, low=0, title="Geveltuin", description="length of facade gardens, both sides added"),
        column("cost_eur", float, low=0, title="Meerkost", description="at a rebuild that happens anyway, without VAT"),
        column("heat_corridor", str, title="Plaats voor het warmtenet", description="room for the pair that was asked, in the cross-section of the answer", choices=CORRIDOR_ROOM),
        column("free_dn_mm", float, low=0, title="Grootste leidingpaar zonder verleggen", description="DN for which at least one cross-section has room; 0: none", nullable=True),
        column("bundled_dn_mm", float, low=0, title="Grootste leidingpaar met bundelen", description="the same when cables and sewers are bundled; 0: none", nullable=True),
        column("bundle_eur", float, low=0, title="Kost van het bundelen", description="moving and bundling cables and sewers, in the cost already"),
        column("occupancy_share", float, low=0, title="Bezetting van de ondergrond", description="width of all corridors over the width of the street", nullable=True),
    ],
)  # fmt: skip

SPACE_TARGETS = table(
    "space_targets", key="demand", title="Wat van de straatruimte gevraagd is",
    columns=[
        column("title", str, title="Eis", description="name in Dutch"),
        column("title_en", str, title="Demand", description="name in English"),
        column("unit", str, title="Eenheid", description="of asked and reached"),
        column("asked", float, title="Gevraagd", description="least amount"),
        column("reached", float, title="Gehaald", description="in the answer"),
        column("met", bool, title="Voldaan", description="reached at least what was asked"),
        column("marginal_eur", float, title="Kost van één stap meer", description="one percentage point, mm, m2 or piece more; empty for a duty or without an answer", nullable=True),
    ],
)  # fmt: skip

SPACE_CLASHES = table(
    "space_clashes", key="row", title="Eisen die botsen",
    columns=[
        column("clash", int, low=1, title="Botsing", description="number of the smallest set of demands that cannot be kept together"),
        column("demand", str, title="Eis", description="demand in the set", choices=SPACE_DEMANDS),
        column("unit", str, title="Eenheid", description="of the three figures"),
        column("asked", float, title="Gevraagd", description="least amount"),
        column("within", float, title="Haalbaar naast de andere van de botsing", description="most that can be kept with the rest of this set", nullable=True),
        column("beside_all", float, title="Haalbaar naast alle andere eisen", description="most that can be kept with every other demand; empty: giving way on this one alone does not help", nullable=True),
    ],
)  # fmt: skip

PARETO = table(
    "space_pareto", key="point", title="Parkeren tegenover groen en water",
    columns=[
        column("parking_share", float, low=0, title="Parkeervakken op straat behouden", description="of the bays of today"),
        column("canopy_share", float, low=0, high=1, title="Meeste kroon", description="crown area over street area; empty: not possible with the duties", nullable=True),
        column("storage_mm", float, low=0, title="Meeste berging", description="over street area; empty: not possible with the duties", nullable=True),
        column("canopy_gap_share", float, low=0, title="Afstand tot de bovengrens, kroon", description="proven", nullable=True),
        column("storage_gap_share", float, low=0, title="Afstand tot de bovengrens, berging", description="proven", nullable=True),
    ],
)  # fmt: skip

SPACE_DIVIDEND = table(
    "space_dividend", key="figure", title="Wat het brengt dat parkeren mag schuiven",
    columns=[
        column("title", str, title="Figuur", description="in Dutch"),
        column("title_en", str, title="Figure", description="in English"),
        column("unit", str, title="Eenheid", description="of the amounts"),
        column("fixed", float, low=0, title="Elke straat houdt haar vakken", description="most that is possible then; empty: impossible, or none found within the limits", nullable=True),
        column("fixed_gap_share", float, low=0, title="Afstand tot de bovengrens, vast", description="proven", nullable=True),
        column("fixed_clash", str, title="Wat dan botst", description="smallest set of demands that cannot be kept together, joined by +; sets apart by a semicolon", nullable=True),
        column("own_bays_share", float, low=0, high=1, title="Straat die dan haar vakken kan houden", description="where that clashes: most of the street length, beside all other demands", nullable=True),
        column("free", float, low=0, title="Parkeren mag schuiven", description="most that is possible when bays may move to other streets and elsewhere", nullable=True),
        column("free_gap_share", float, low=0, title="Afstand tot de bovengrens, vrij", description="proven", nullable=True),
        column("free_clash", str, title="Wat dan nog botst", description="as for fixed", nullable=True),
        column("gain", float, title="Ruimtewinst", description="free minus fixed; empty where one of them is", nullable=True),
        column("proven", bool, title="Bewezen", description="free is above the upper bound of fixed, or fixed is impossible and free is not"),
    ],
)  # fmt: skip
"""The space dividend: the most canopy, storage and parking with parking fixed in every street and free to move."""

SPACE_WAYS = ("without", "joint", "alone", "beside", "together")
"""How the chosen cross-sections come about: not at all, J with its own greening, each rebuild opened for itself, as a project beside the works, with the works (J+)."""

SPACE_PLANS = table(
    "space_plans", key="way", title="Wat de nieuwe straatprofielen kosten, apart en met de werken",
    columns=[
        column("title", str, title="Plan", description="in Dutch"),
        column("title_en", str, title="Plan (en)", description="in English"),
        column("net_eur", float, title="Nettokost", description="all costs minus the worth of heat, discounted"),
        column("gross_eur", float, low=0, title="Brutokost", description="without heat and without the price of limits"),
        column("gap_eur", float, low=0, title="Afstand tot de ondergrens", description="no calendar of this way of planning is cheaper by more"),
        column("extra_eur", float, title="Meerkost van de ruimte", description="net cost minus that of the plan without other cross-sections"),
        column("saved_eur", float, title="Wat samen bespaart", description="net cost minus that of the cross-sections with the works; empty where the plan does not make them", nullable=True),
        column("least_saved_eur", float, title="Wat samen minstens bespaart", description="the same, however well this way is planned: by its proven bound", nullable=True),
        column("rebuilt", int, low=0, title="Straten met een ander profiel", description="sections rebuilt to another cross-section"),
        column("greened", int, low=0, title="Andere vergroening", description="greening works of their own"),
        column("mean_green_year", float, low=2000, high=2200, title="Gemiddeld jaar van het profiel", description="of the rebuilds, weighted by length", nullable=True),
        column("closures", int, low=0, title="Afsluitingen", description="closures of a section within the horizon"),
        column("opened_m2", float, low=0, title="Opengebroken", description="area of zones, each time they are opened"),
    ],
)  # fmt: skip
"""The plan with the streets re-arranged beside the same cross-sections made apart; none when nothing is asked of street space."""

LEKP = table(
    "lekp", key="goal", title="Klimaatpact: aandeel van de straten",
    columns=[
        column("title", str, title="Doel", description="name in Dutch"),
        column("title_en", str, title="Goal", description="name in English"),
        column("unit", str, title="Eenheid", description="of target and delta"),
        column("target", float, low=0, title="Deel van de wijk in het doel", description="goal per unit times inhabitants of the place, by 2030"),
        column("delta", float, title="Wat de straten bijdragen", description="then minus now"),
        column("target_share", float, title="Aandeel", description="delta over target", nullable=True),
        column("version", str, title="Versie", description="source of the goal"),
    ],
)  # fmt: skip
