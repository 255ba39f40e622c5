"""What the engine says of works in the street: the calendar, its openings, what planning together saves, who pays, and what limits are worth."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.street import WORK_KINDS, WORK_STATUSES

CALENDAR = table(
    "calendar", key="work", title="Werkenkalender", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section of the works"),
        column("street", str, title="Straat", description="street name", nullable=True),
        column("kind", str, title="Soort werk", description="kind of work", choices=WORK_KINDS),
        column("owner", str, title="Eigenaar", description="who has the work done"),
        column("status", str, title="Status van de datum", description="decided, planned by its owner, or computed", choices=WORK_STATUSES),
        column("drawn", bool, title="Geloot", description="age and due year were drawn from statistics, not given"),
        column("planned_year", float, low=2000, high=2200, title="Jaar", description="calendar year of the works; empty: after the horizon", nullable=True),
        column("month_from", str, title="Eerste maand", description="year and month (2029-03), only in the first years", nullable=True),
        column("month_to", str, title="Laatste maand", description="year and month in which the street opens again", nullable=True),
        column("own_eur", float, low=0, title="Eigen kost", description="without opening, in euro of the year of the works"),
        column("opening_eur", float, low=0, title="Aandeel in openen en herstellen", description="its equal part of the zones that it opens"),
        column("closure_eur", float, low=0, title="Aandeel in afsluiting", description="its equal part of mobilisation and nuisance"),
        column("joined_with", str, title="Samen met", description="works in the same opening or closure, joined by +; empty: none"),
    ],
)  # fmt: skip

WORK_QUANTITIES = table(
    "work_quantities", key="work", title="Hoeveelheden per werk", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section of the works"),
        column("street", str, title="Straat", description="street name", nullable=True),
        column("kind", str, title="Soort werk", description="kind of work", choices=WORK_KINDS),
        column("owner", str, title="Eigenaar", description="who has the work done"),
        column("planned_year", float, low=2000, high=2200, title="Jaar", description="calendar year of the works; empty: after the horizon", nullable=True),
        column("length_m", float, low=0, title="Lengte", description="length of the section"),
        column("trench_m3", float, low=0, title="Sleuf", description="volume of the trench that the work digs"),
        column("carriageway_m2", float, low=0, title="Rijbaan", description="its equal part of the carriageway opened and reinstated"),
        column("parking_m2", float, low=0, title="Parkeerstrook", description="its equal part of the parking strip"),
        column("footway_m2", float, low=0, title="Voetpad", description="its equal part of the footway"),
        column("own_eur", float, low=0, title="Eigen kost", description="without opening, in euro of the year of the works"),
        column("opening_eur", float, low=0, title="Aandeel in openen en herstellen", description="its equal part of the zones that it opens"),
        column("closure_eur", float, low=0, title="Aandeel in afsluiting", description="its equal part of mobilisation and nuisance"),
    ],
)  # fmt: skip

OPENINGS = table(
    "openings", key="opening", title="Openingen", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section that is opened"),
        column("street", str, title="Straat", description="street name", nullable=True),
        column("planned_year", int, low=2000, high=2200, title="Jaar", description="calendar year"),
        column("zones", str, title="Zones", description="zones opened and reinstated, joined by +"),
        column("works", str, title="Werken", description="works in this opening, joined by +"),
        column("owners", str, title="Eigenaars", description="owners of these works, joined by +"),
        column("cost_eur", float, low=0, title="Kost", description="zones, mobilisation and nuisance, in euro of that year"),
        column("alone_eur", float, low=0, title="Kost elk apart", description="the same when every work opens and closes by itself"),
        column("saved_eur", float, low=0, title="Bespaard", description="alone minus cost"),
    ],
)  # fmt: skip

DIVIDEND = table(
    "dividend", key="plan", title="Wat samen plannen bespaart",
    columns=[
        column("own_eur", float, low=0, title="Eigen kost", description="of all works and their later replacements, lost life apart; all amounts discounted"),
        column("lost_life_eur", float, low=0, title="Verloren restlevensduur", description="what renewing before the due year costs for ever"),
        column("opening_eur", float, low=0, title="Openen en herstellen", description="zones opened and reinstated"),
        column("mobilisation_eur", float, low=0, title="Mobilisatie", description="site and signalling of closures"),
        column("nuisance_eur", float, low=0, title="Hinder", description="worth of the nuisance of closures"),
        column("overdue_eur", float, low=0, title="Te laat", description="works after their due year"),
        column("after_horizon_eur", float, low=0, title="Na de horizon", description="works that wait until after the horizon, each opened alone"),
        column("over_limits_eur", float, low=0, title="Boven de grenzen", description="price of going over budgets, crews and pairs kept apart; not money"),
        column("gross_eur", float, low=0, title="Brutokost", description="all parts but the limits"),
        column("heat_eur", float, low=0, title="Waarde van warmte", description="worth of the years in which heat flows"),
        column("net_eur", float, title="Nettokost", description="all parts minus heat: what the plan minimises"),
        column("bound_eur", float, title="Bewezen ondergrens", description="no calendar of this way of planning costs less; empty for S1", nullable=True),
        column("gap_eur", float, low=0, title="Afstand tot de ondergrens", description="net minus bound; for S1 that of S0, whose years it uses", nullable=True),
        column("gap_share", float, low=0, title="Afstand", description="gap over the size of the net cost", nullable=True),
        column("saved_eur", float, title="Bespaard tegenover S1", description="net cost of S1 minus that of this plan; empty for J+, which brings other things", nullable=True),
        column("gross_saved_eur", float, title="Bruto bespaard tegenover S1", description="the same without heat and limits; empty for J+", nullable=True),
        column("live_mwh", float, low=0, title="Warmte binnen de horizon", description="delivered by sections from the year they are live"),
        column("live_to_2040_mwh", float, low=0, title="Warmte tot 2040", description="the same up to and including 2040"),
        column("live_to_2050_mwh", float, low=0, title="Warmte tot 2050", description="the same to 2050; sections not live within the horizon count as never"),
        column("saved_to_2040_tonnes", float, title="Vermeden CO2 tot 2040", description="by that heat"),
        column("saved_to_2050_tonnes", float, title="Vermeden CO2 tot 2050", description="by that heat"),
        column("mean_live_year", float, low=2000, high=2200, title="Gemiddeld jaar met warmte", description="weighted by heat; never counts as the end of the horizon", nullable=True),
        column("live_share", float, low=0, high=1, title="Warmte die stroomt", description="share of the heat of the network that is live within the horizon", nullable=True),
        column("opened_m2", float, low=0, title="Opengebroken", description="area of zones, each time they are opened", nullable=True),
        column("closures", int, low=0, title="Afsluitingen", description="closures of a section"),
        column("person_months", float, low=0, title="Bewonersmaanden afgesloten", description="months of closure times residents"),
        column("repeats", int, low=0, title="Opnieuw open binnen 5 jaar", description="openings of a zone that was opened in the five years before"),
        column("coordinated_share", float, low=0, high=1, title="Gecoördineerde werken", description="share of works in an opening with others"),
        column("shared_surface_share", float, low=0, high=1, title="Gedeelde oppervlakte", description="share of the surface that works need, in zones opened for two or more"),
        column("shared_trench_share", float, low=0, high=1, title="Gedeelde sleuf", description="share of the trench volume of pipes, dug in one opening with another pipe"),
    ],
)  # fmt: skip

OWNER_SHARES = table(
    "owner_shares", key="owner", title="Wie betaalt wat",
    columns=[
        column("works", int, low=0, title="Werken", description="works of this owner"),
        column("alone_eur", float, title="Kost alleen", description="S0: own, openings and closures, minus the worth of heat of the own pipes"),
        column("coincidences_eur", float, title="Kost met toeval", description="S1: the same years, sharing what falls together"),
        column("joint_eur", float, title="Kost samen", description="J, every opened zone split equally over the works that use it"),
        column("own_eur", float, low=0, title="Eigen kost samen", description="J: own works, being late and after the horizon"),
        column("opening_eur", float, low=0, title="Openen en herstellen samen", description="J: equal parts of opened zones"),
        column("closure_eur", float, low=0, title="Afsluiten samen", description="J: equal parts of mobilisation and nuisance"),
        column("heat_eur", float, low=0, title="Waarde van warmte samen", description="J: worth of heat of the sections with a pipe of this owner"),
        column("by_own_cost_eur", float, title="Kost, sleutel eigen kost", description="openings and closures in proportion to own cost"),
        column("by_area_eur", float, title="Kost, sleutel oppervlakte", description="openings and closures in proportion to the area that each would open alone"),
        column("agreed_eur", float, title="Kost, afgesproken sleutel", description="openings and closures by the shares that the partners agreed", nullable=True),
        column("gain_eur", float, title="Winst", description="alone minus joint, before transfers"),
        column("transfer_eur", float, title="Verrekening", description="received (paid when negative) so that nobody is worse off than alone; empty: no transfer can do that", nullable=True),
        column("own_rate_share", float, low=0, high=0.3, title="Eigen rentevoet", description="real rate with which the owner itself weighs later years"),
        column("own_rate_joint_eur", float, title="Kost samen, eigen rentevoet", description="jointly, discounted at its own rate; empty at rate 0", nullable=True),
        column("own_rate_gain_eur", float, title="Winst, eigen rentevoet", description="alone minus jointly at its own rate", nullable=True),
    ],
)  # fmt: skip

OWNER_ABSENCE = table(
    "owner_absence", key="row", title="Wat het kost als een partner niet meedoet",
    columns=[
        column("absent", str, title="Zonder", description="owner whose works share nothing"),
        column("bearer", str, title="Voor wie", description="owner who bears it; total: all, heat and limits included"),
        column("extra_eur", float, title="Meerkost", description="against the joint plan"),
        column("gap_eur", float, low=0, title="Afstand tot de ondergrens", description="of the plan without this owner"),
    ],
)  # fmt: skip

SHADOW_PRICES = table(
    "shadow_prices", key="row", title="Wat één eenheid meer waard is",
    columns=[
        column("limit", str, title="Grens", description="budget of an owner, pool of all, or crews of a kind", choices=("budget", "pool", "crew")),
        column("name", str, title="Van wie", description="owner or kind of work; all for the pool"),
        column("year", int, low=2000, high=2200, title="Jaar", description="calendar year"),
        column("price_eur", float, low=0, title="Schaduwprijs", description="net cost, discounted, that one more euro (budget, pool) or metre (crew) would save"),
        column("text", str, title="In woorden", description="in Dutch"),
        column("text_en", str, title="In words", description="in English"),
    ],
)  # fmt: skip

WORKS_ROBUSTNESS = table(
    "works_robustness", key="case", title="Hoe stevig is het verschil",
    columns=[
        column("title", str, title="Geval", description="what is different, in Dutch"),
        column("title_en", str, title="Case", description="what is different, in English"),
        column("alone_eur", float, title="S0", description="net cost alone"),
        column("coincidences_eur", float, title="S1", description="net cost with coincidences cashed"),
        column("joint_eur", float, title="J", description="net cost jointly"),
        column("joint_gross_eur", float, low=0, title="J bruto", description="gross cost jointly, limits left out"),
        column("dividend_eur", float, title="Verschil", description="S1 minus J"),
        column("dividend_share", float, title="Aandeel", description="over the gross cost of S1"),
        column("gap_eur", float, low=0, title="Afstanden samen", description="gaps of S0 and J"),
        column("proven", bool, title="Bewezen", description="the difference is larger than the gaps"),
        column("mean_live_year", float, low=2000, high=2200, title="Gemiddeld jaar met warmte", description="jointly, weighted by heat", nullable=True),
        column("closures", int, low=0, title="Afsluitingen", description="jointly"),
        column("replanned", bool, title="Opnieuw gepland", description="planned again in this case; otherwise the same calendars counted anew"),
    ],
)  # fmt: skip

DRAWN_ASSETS = table(
    "drawn_assets", key="figure", title="Gelote activa",
    columns=[
        column("title", str, title="Figuur", description="in Dutch"),
        column("title_en", str, title="Figure", description="in English"),
        column("unit", str, title="Eenheid", description="unit of the percentiles"),
        column("draws", int, low=20, title="Lotingen", description="number of draws"),
        column("p10", float, title="P10", description="tenth percentile over the draws"),
        column("p50", float, title="P50", description="median over the draws"),
        column("p90", float, title="P90", description="ninetieth percentile over the draws"),
    ],
)  # fmt: skip

WORKS_INDICATORS = table(
    "works_indicators", key="indicator", title="Indicatoren van de werken",
    columns=[
        column("group", str, title="Groep", description="works, space, time or cost", choices=("works", "space", "time", "cost")),
        column("title", str, title="Indicator", description="name in Dutch"),
        column("title_en", str, title="Indicator (en)", description="name in English"),
        column("unit", str, title="Eenheid", description="unit of the value"),
        column("scope", str, title="Reikwijdte", description="which plan of the chain"),
        column("year", int, low=2000, high=2200, title="Jaar", description="last year that it covers"),
        column("value", float, title="Waarde", description="the figure"),
        column("low", float, title="Laag", description="low end", nullable=True),
        column("high", float, title="Hoog", description="high end", nullable=True),
        column("method", str, title="Methode", description="anchor in docs/method.md"),
    ],
)  # fmt: skip

TRENCH_ROUNDS = table(
    "trench_rounds", key="round", title="Warmtenet en werkenkalender op elkaar afgestemd",
    columns=[
        column("sections", int, low=0, title="Straatsecties met warmte", description="with a heat pipe in this round"),
        column("buildings", int, low=0, title="Gebouwen op het net", description="connected in this round"),
        column("asked_share", float, low=0, title="Sleufprijs bij het ontwerp", description="share of the price of the trench that the network was designed with, mean over these sections by length"),
        column("borne_share", float, low=0, title="Sleufprijs na delen", description="share that heat bears in the calendar of this round"),
        column("moved_share", float, low=0, title="Verschil", description="sum of the differences by section over the sum asked; in round 0 the network pays every trench alone", nullable=True),
        column("heat_eur", float, title="Warmte zonder leidingen", description="what heat costs all buildings for ever, pipes and trenches apart, in EUR of the first year"),
        column("works_eur", float, title="Werken en wachten", description="what the joint calendar costs, heat pipes and waiting for heat included, in EUR of the first year"),
        column("whole_eur", float, title="Samen", description="heat and works together: what the rounds are compared by"),
        column("kept", bool, title="Gekozen", description="the pair of network and calendar that is the plan"),
    ],
)  # fmt: skip

TRENCH_THRESHOLDS = table(
    "trench_thresholds", key="section", title="Aansluitdrempel met en zonder gedeelde sleuf", per_building=True,
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("alone_eur_per_m", float, low=0, title="Sleuf alleen", description="price per metre of pipe and trench when heat opens the street alone (S0)"),
        column("joint_eur_per_m", float, low=0, title="Sleuf samen", description="price per metre after sharing in the joint plan (J)"),
        column("alone_share", float, low=0, title="Drempel alleen", description="share of the dwellings at which revenue covers cost, alone; above 1: not even with all; empty: never", nullable=True),
        column("joint_share", float, low=0, title="Drempel samen", description="the same jointly", nullable=True),
    ],
)  # fmt: skip
"""Follows from drawn ages where these were drawn: never by street in anything public then."""

HEAT_CORRIDORS = table(
    "heat_corridors", key="section", title="Plaats voor het warmtenet in de straat", per_building=True,
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("width_m", float, low=0, title="Breedte", description="width of the street that was looked at"),
        column("free_dn_mm", float, low=0, title="Plaats zonder verleggen", description="widest pair that some cross-section holds as cables and pipes lie by the usual widths; 0: none"),
        column("bundled_dn_mm", float, low=0, title="Plaats met bundelen", description="the same with cables and sewers bundled"),
        column("dn_mm", float, low=0, title="Leiding in het ontwerp", description="largest main of the design in the section; empty: none", nullable=True),
        column("state", str, title="Plaats", description="free, bundled: only when others are moved, none", choices=("free", "bundled", "none")),
        column("sure", bool, title="Zeker", description="no room either at the high end of the width; false where there is room"),
        column("corridor_eur_per_m", float, low=0, title="Verleggen", description="what moving others costs a metre of main, as counted in the design"),
        column("allowed", bool, title="Toegelaten", description="the design may lay a main here"),
    ],
)  # fmt: skip

WORKS_TABLES = (
    HEAT_CORRIDORS, TRENCH_ROUNDS, TRENCH_THRESHOLDS, CALENDAR, WORK_QUANTITIES, OPENINGS, DIVIDEND, OWNER_SHARES, OWNER_ABSENCE, SHADOW_PRICES, WORKS_ROBUSTNESS, DRAWN_ASSETS, WORKS_INDICATORS,
)  # fmt: skip
