"""What the engine says of a heat network: the design per temperature, its pipes, who connects, and the business case."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.vocabulary import CONNECTED_BECAUSE, CONNECTION_REASONS, INDIVIDUAL_SOLUTIONS, PACKAGES

NETWORK_REPAIRS = ("other_sources", "other_sources_and_boiler", "temporary_boiler", "kept", "dropped", "attached")
"""What is done when a source or a large customer of a network is lost."""

NETWORK_VARIANTS = table(
    "network_variants", key="variant", title="Warmtenet per temperatuurregime",
    columns=[
        column("source", str, title="Bron", description="heat source that the network starts from"),
        column("supply_c", float, low=10, high=130, title="Aanvoer", description="supply temperature"),
        column("return_c", float, low=5, high=100, title="Retour", description="return temperature"),
        column("buildings", int, low=0, title="Gebouwen", description="buildings connected"),
        column("dwellings", int, low=0, title="Woningen", description="dwellings connected"),
        column("heat_mwh", float, low=0, title="Geleverde warmte", description="useful heat delivered a year"),
        column("loss_mwh", float, low=0, title="Verlies", description="heat lost in the pipes a year"),
        column("peak_kw", float, low=0, title="Piek aan de bron", description="coincident peak at the source, losses included"),
        column("pump_mwh", float, low=0, title="Pompenergie", description="electricity of the network pumps a year"),
        column("pump_kw", float, low=0, title="Pompvermogen", description="power of the network pumps at the design peak"),
        column("head_bar", float, low=0, title="Opvoerdruk", description="pressure that the pumps add: the farthest house and back, delivery set and plant"),
        column("pressure_bar", float, low=0, title="Hoogste druk", description="highest pressure anywhere at the design peak, heights not counted"),
        column("lowest_supply_c", float, low=0, high=130, title="Koelste huis op de koudste dag", description="supply at the coldest connected building at the design peak", nullable=True),
        column("summer_supply_c", float, low=0, high=130, title="Koelste huis in de zomer", description="the same with hot water alone and no water let past", nullable=True),
        column("bypass_share", float, low=0, title="Doorloop in de zomer", description="water let past the houses to keep them warm in summer, over the water at the peak"),
        column("raised_pipes", int, low=0, title="Vergrote leidingen", description="pipes taken wider to keep a limit of velocity, friction or pressure"),
        column("raised_eur", float, low=0, title="Kost van het vergroten", description="what the wider pipes cost more, in the investment already"),
        column("limits_kept", bool, title="Grenzen gehaald", description="velocity, friction, pressure and temperature within their limits, in summer with water let past"),
        column("main_m", float, low=0, title="Leiding in de straat", description="trench in streets"),
        column("service_m", float, low=0, title="Aansluitleidingen", description="service pipes"),
        column("investment_eur", float, low=0, title="Investering in het net", description="trench, pipes and service pipes; delivery sets apart"),
        column("network_eur_per_year", float, low=0, title="Jaarkost van het net", description="annuity, upkeep, losses and pumping"),
        column("whole_eur_per_year", float, title="Jaarkost geheel", description="all heated buildings: network, connected homes and individual solutions"),
        column("without_eur_per_year", float, title="Jaarkost zonder net", description="all heated buildings with their best individual solution"),
        column("bound_eur_per_year", float, title="Bewezen ondergrens", description="no design of this regime costs less as a whole"),
        column("gap_share", float, low=0, title="Afstand tot de ondergrens", description="(whole - bound) / whole"),
        column("package_saving_eur_per_year", float, low=0, title="Gespaard met andere ingrepen", description="what the whole costs less a year than with the package that costs each building least by itself; empty where few buildings take another", nullable=True),
        column("chosen", bool, title="Gekozen", description="the variant of least whole-system cost, if it beats no network"),
    ],
)  # fmt: skip

NETWORK_SOURCES = table(
    "network_sources", key="source", title="Wat elke warmtebron geeft", per_building=True,
    columns=[
        column("buildings", int, low=0, title="Gebouwen", description="connected buildings that the source feeds at the peak"),
        column("heat_mwh", float, low=0, title="Verkochte warmte", description="heat that these buildings buy a year"),
        column("loss_mwh", float, low=0, title="Verlies", description="heat lost a year in the pipes behind the source"),
        column("heat_share", float, low=0, high=1, title="Aandeel", description="part of all heat of the network, losses included"),
        column("peak_kw", float, low=0, title="Piek", description="coincident peak asked of the source, losses included"),
        column("capacity_kw", float, low=0, title="Vermogen", description="what the source can give"),
        column("supply_c", float, low=10, high=130, title="Temperatuur", description="supply temperature of the source"),
        column("price_eur_per_mwh", float, low=0, title="Prijs aan de bron", description="without VAT"),
        column("fixed_eur_per_year", float, low=0, title="Vaste kost", description="of a source that is used, whatever it gives"),
    ],
)  # fmt: skip

PIPES = table(
    "pipes", key="pipe", title="Leidingen", geometry=("LineString",), per_building=True,
    columns=[
        column("kind", str, title="Soort", description="main in the street or service pipe", choices=("main", "service")),
        column("section", str, title="Straatsectie", description="section that the trench lies in", nullable=True),
        column("building", str, title="Gebouw", description="building at the end of a service pipe", nullable=True),
        column("from_node", str, title="Van", description="upstream end"),
        column("to_node", str, title="Naar", description="downstream end"),
        column("length_m", float, low=0, title="Lengte", description="trench length, supply and return together"),
        column("diameter_mm", int, low=10, high=2_000, title="Diameter", description="nominal diameter DN"),
        column("buildings", int, low=1, title="Gebouwen erachter", description="connected buildings downstream"),
        column("design_kw", float, low=0, title="Ontwerpvermogen", description="coincident peak that the pipe carries"),
        column("heat_mwh", float, low=0, title="Warmte erdoor", description="heat carried a year"),
        column("density_mwh_per_m", float, low=0, title="Lijndichtheid", description="heat of the buildings on this pipe per metre of it"),
        column("loss_mwh", float, low=0, title="Verlies", description="heat lost a year"),
        column("velocity_m_per_s", float, low=0, high=10, title="Snelheid", description="water at design flow, the larger of supply and return"),
        column("gradient_pa_per_m", float, low=0, high=5_000, title="Drukval", description="pressure drop at design flow, the larger of supply and return"),
        column("supply_c", float, low=0, high=130, title="Aanvoer aan het eind", description="supply at the downstream end at the design peak"),
        column("difference_bar", float, title="Drukverschil", description="supply over return at the downstream end at the design peak"),
        column("raised_steps", int, low=0, title="Maten groter", description="diameters wider than the design had it, to keep a limit"),
        column("investment_eur", float, low=0, title="Investering", description="trench and pipe"),
    ],
)  # fmt: skip

CONNECTIONS = table(
    "connections", key="building", title="Aansluitingen", per_building=True,
    columns=[
        column("connected", bool, title="Aangesloten", description="connected in the chosen design"),
        column("alternative", str, title="Beste individuele oplossing", description="what it is weighed against", choices=INDIVIDUAL_SOLUTIONS),
        column("advantage_eur_per_year", float, title="Voordeel voor het net", description="cost of the alternative minus heat and delivery, network apart"),
        column("reason", str, title="Waarom", description="why it is connected or not", choices=CONNECTION_REASONS),
        column("supply_c", float, low=0, high=130, title="Aanvoer aan het huis", description="supply at the building at the design peak; empty when not connected", nullable=True),
        column("summer_supply_c", float, low=0, high=130, title="Aanvoer in de zomer", description="the same with hot water alone and no water let past", nullable=True),
        column("connected_because", str, title="Aangesloten omdat", description="it carries its whole way alone, shares pipes with others, or must; empty when not connected", choices=CONNECTED_BECAUSE, nullable=True),
        column("margin_eur_per_year", float, title="Marge", description="advantage minus what the network saves without it; left out: minus what the cheapest attachment adds", nullable=True),
        column("drop_out_eur_per_mwh", float, title="Valt weg boven bronprijs", description="price of heat at the source above which the whole is cheaper without it, all others staying", nullable=True),
        column("missing_eur_per_mwh", float, low=0, title="Tekort per MWh", description="what a MWh would have to be worth more for a building left out to connect by itself", nullable=True),
        column("package_alone", str, title="Ingreep op zich", description="the package that costs the building least, where the network made it take one that asks less power", choices=PACKAGES, nullable=True),
        column("peak_saved_kw", float, low=0, title="Piek gespaard", description="less power that the network has to bring for the package taken", nullable=True),
        column("package_more_eur_per_year", float, low=0, title="Meerkost van de ingreep", description="advantage given up for it; all of them together cost less than the network saves", nullable=True),
    ],
)  # fmt: skip

NETWORK_SECTIONS = table(
    "network_sections", key="section", title="Wat elke straatsectie kan dragen", per_building=True,
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("built", bool, title="Met leiding", description="the design has a main in the section"),
        column("trench_eur_per_m", float, low=0, title="Prijs van de sleuf", description="trench by surface, pipe apart"),
        column("break_even_eur_per_m", float, low=0, title="Sleufprijs waarbij het kantelt", description="with a main: above it the branch no longer pays; without: below it the buildings left out pay for one together; empty: at no price, or a building must connect", nullable=True),
        column("large_eur_per_year", float, title="Grote afnemer, kost voor het net", description="what one more large customer adds a year, its service pipe apart", nullable=True),
        column("large_eur_per_mwh", float, title="Grote afnemer, kost per MWh", description="the same over its heat", nullable=True),
    ],
)  # fmt: skip

NETWORK_PHASES = table(
    "network_phases", key="piece", title="Het net in perioden", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section that the pipes lie in; empty for the line to a source", nullable=True),
        column("street", str, title="Straat", description="street name", nullable=True),
        column("built_year", float, low=2000, high=2150, title="Aangelegd in", description="first year of the period; empty: not within the periods", nullable=True),
        column("length_m", float, low=0, title="Lengte", description="mains and service pipes"),
        column("investment_eur", float, low=0, title="Investering", description="trench and pipes at their final size"),
        column("heat_mwh", float, low=0, title="Warmte", description="heat of the buildings on it a year"),
        column("gain_eur_per_year", float, title="Winst per jaar", description="value of its buildings minus the yearly cost of its own pipes"),
        column("temporary_source", bool, title="Tijdelijke bron", description="a temporary source stands at its head in some period"),
    ],
)  # fmt: skip

NETWORK_DRAWS = table(
    "network_draws", key="draw", title="Het net bij andere cijfers",
    columns=[
        column("alternative_share", float, low=0, title="Eigen oplossingen", description="yearly cost of the individual solutions as drawn, over the figure used"),
        column("pipes_share", float, low=0, title="Sleuf en leiding", description="price of trench and pipe as drawn, over the figure used"),
        column("switched_buildings", int, low=0, title="Gebouwen die omslaan", description="buildings that the best design found for the draw decides otherwise"),
        column("kept_eur_per_year", float, title="Net zoals ontworpen", description="cost of the network less the advantage of its buildings, streets and buildings kept"),
        column("found_eur_per_year", float, title="Net opnieuw ontworpen", description="the same for the best design found for the draw"),
        column("beyond_gap", bool, title="Meer dan de afstand", description="keeping the network costs more than the gap of the new design explains"),
    ],
)  # fmt: skip

NETWORK_SWITCHES = table(
    "network_switches", key="building", title="Hoe vast elke aansluiting ligt", per_building=True,
    columns=[
        column("connected", bool, title="Aangesloten", description="connected in the chosen design"),
        column("switch_share", float, low=0, high=1, title="Slaat om", description="part of the draws in which the best design found decides otherwise"),
    ],
)  # fmt: skip

NETWORK_UPTAKE = table(
    "network_uptake", key="uptake", title="Het net als niet iedereen aansluit",
    columns=[
        column("connected_share", float, low=0, high=1, title="Aandeel aangesloten", description="of the buildings of the design"),
        column("heat_mwh", float, low=0, title="Verkochte warmte", description="a year, mean over the draws"),
        column("eur_per_mwh", float, low=0, title="Kost van het net", description="pipes, upkeep, losses and pumping over the heat sold, heat at the source apart; mean over the draws"),
        column("low_eur_per_mwh", float, low=0, title="Kost laag", description="least of the draws"),
        column("high_eur_per_mwh", float, low=0, title="Kost hoog", description="most of the draws"),
        column("weak_share", float, low=0, high=1, title="Zwakke straten", description="part of the sections with a main in which what hangs on them does not pay for its own pipes"),
    ],
)  # fmt: skip

NETWORK_JOINERS = table(
    "network_joiners", key="variant", title="Wie later aansluit",
    columns=[
        column("designed_eur_per_year", float, title="Brengt op, gebouw van het ontwerp", description="mean advantage less service pipe and pumping of a building of the design that joins when the mains lie"),
        column("along_buildings", int, low=0, title="Andere langs het net", description="buildings left out whose service would leave from a pipe of the design"),
        column("fitting_buildings", int, low=0, title="Daarvan passen", description="on the pipes and the source as they are, the most valuable first"),
        column("paying_buildings", int, low=0, title="Daarvan lonen", description="of those that fit: worth more than their service pipe and pumping"),
        column("fitting_eur_per_year", float, title="Brengen samen op", description="advantage less service pipe and pumping of those that fit, negative when they cost more"),
    ],
)  # fmt: skip

NETWORK_LOSSES = table(
    "network_losses", key="loss", title="Verlies van een bron of een grote afnemer", per_building=True,
    columns=[
        column("kind", str, title="Wat wegvalt", description="a heat source, or one of the customers with most heat", choices=("source", "customer")),
        column("name", str, title="Naam", description="source, or key of the building"),
        column("heat_mwh", float, low=0, title="Warmte", description="that it gives or buys a year"),
        column("missing_kw", float, low=0, title="Vermogen te vervangen", description="what a temporary boiler must give after the repair"),
        column("unrepaired_eur_per_year", float, title="Meerkost zonder herstel", description="a year: the boiler on the pipes that lie; of a customer: all others stay"),
        column("more_eur_per_year", float, title="Meerkost na herstel", description="a year, after the cheapest repair"),
        column("repair", str, title="Goedkoopste herstel", description="what is done", choices=NETWORK_REPAIRS),
        column("left_buildings", int, low=0, title="Mee weg", description="buildings on branches that no longer pay"),
        column("joined_buildings", int, low=0, title="Erbij", description="buildings that take the room"),
    ],
)  # fmt: skip

THRESHOLDS = table(
    "thresholds", key="section", title="Aansluitdrempel per straatsectie",
    columns=[
        column("street", str, title="Straat", description="street name", nullable=True),
        column("trench_eur_per_m", float, low=0, title="Sleuf en leiding", description="cost per metre at the smallest diameter that serves the section"),
        column("dwellings", int, low=0, title="Woningen", description="dwellings on the section"),
        column("heat_mwh_per_m", float, low=0, title="Warmte per meter", description="useful heat per metre when everybody connects"),
        column("large_mwh_per_m", float, low=0, title="Grote afnemers", description="heat of institutions and companies per metre"),
        column("share", float, low=0, title="Drempel", description="share of dwellings at which revenue covers cost; empty: impossible", nullable=True),
        column("low_share", float, low=0, title="Drempel laag", description="at the favourable ends of the figures", nullable=True),
        column("high_share", float, low=0, title="Drempel hoog", description="at the unfavourable ends; empty: impossible", nullable=True),
        column("branch_share", float, low=0, title="Drempel van de tak", description="the same for this section and all that lies behind it in the design", nullable=True),
    ],
)  # fmt: skip

PROJECT = table(
    "project", key="uptake", title="Zakenplan van het warmtenet",
    columns=[
        column("connected_share", float, low=0, high=1, title="Aandeel aangesloten", description="of the buildings of the design"),
        column("investment_eur", float, low=0, title="Investering", description="before grants and contributions"),
        column("contribution_eur", float, low=0, title="Bijdragen", description="connection fees and grants"),
        column("heat_mwh", float, low=0, title="Verkochte warmte", description="a year, when all of this share are connected"),
        column("heat_price_eur_per_mwh", float, low=0, title="Warmteprijs", description="mean price per MWh at the tariffs of the run, fixed part apart"),
        column("break_even_eur_per_mwh", float, low=0, title="Kostendekkende prijs", description="energy price at which the net present value is zero", nullable=True),
        column("npv_eur", float, title="Netto contante waarde", description="project, before tax, at the project rate over the concession"),
        column("irr_share", float, low=-1, title="Rendement project", description="internal rate of return, before debt", nullable=True),
        column("equity_irr_share", float, low=-1, title="Rendement eigen vermogen", description="internal rate of return after debt service", nullable=True),
        column("debt_eur", float, low=0, title="Lening", description="at the start"),
        column("min_dscr", float, title="Laagste DSCR", description="least cash available for debt service over debt service", nullable=True),
        column("residual_eur", float, low=0, title="Boekwaarde einde concessie", description="not yet written off when the concession ends"),
        column("refinancing_eur", float, low=0, title="Herfinancieringskloof", description="debt not yet repaid when its term ends"),
    ],
)  # fmt: skip

PROJECT_YEARS = table(
    "project_years", key="row", title="Zakenplan per jaar",
    columns=[
        column("uptake", str, title="Aansluiting", description="plan, or 30, 50 or 70 % of the design"),
        column("year", int, low=2000, high=2150, title="Jaar", description="calendar year"),
        column("heat_mwh", float, low=0, title="Verkochte warmte", description="with the ramp of connections"),
        column("revenue_eur", float, low=0, title="Opbrengst", description="energy, fixed and capacity parts"),
        column("purchase_eur", float, low=0, title="Aankoop warmte", description="at the source, losses included, and pumping"),
        column("upkeep_eur", float, low=0, title="Onderhoud", description="network, delivery sets and administration"),
        column("investment_eur", float, low=0, title="Investering", description="in this year, replacements included"),
        column("contribution_eur", float, low=0, title="Bijdragen", description="connection fees and grants in this year"),
        column("depreciation_eur", float, low=0, title="Afschrijving", description="straight line over the depreciation term of each class"),
        column("book_eur", float, low=0, title="Boekwaarde", description="at the end of the year"),
        column("interest_eur", float, low=0, title="Rente", description="on the debt"),
        column("repayment_eur", float, low=0, title="Aflossing", description="of the debt"),
        column("debt_left_eur", float, low=0, title="Schuld", description="at the end of the year"),
        column("dscr", float, title="DSCR", description="cash for debt service over debt service; empty without debt service", nullable=True),
    ],
)  # fmt: skip
