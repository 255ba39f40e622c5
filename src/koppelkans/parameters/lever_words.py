"""Arguments of levers and their choices in words: "3.000 euro per woning" instead of the name under which it is typed."""

from __future__ import annotations

from typing import Literal

Given = float | int | bool | str
Language = Literal["nl", "en"]
Words = tuple[str, str]

ARGUMENTS: dict[str, Words] = {
    "x_e": ("elektriciteit {} euro/kWh goedkoper", "electricity {} EUR/kWh cheaper"), "x_g": ("gas {} euro/kWh duurder", "gas {} EUR/kWh dearer"),
    "electricity": ("elektriciteit: {}", "electricity: {}"), "gas": ("gas: {}", "gas: {}"), "carrier": ("{}", "{}"),
    "eur_per_kwh": ("{} euro/kWh", "{} EUR/kWh"), "year": ("jaar {}", "year {}"), "zone": ("zone: {}", "zone: {}"), "world": ("pad: {}", "path: {}"),
    "form": ("vorm: {}", "form: {}"), "level": ("hoogte {}", "level {}"), "route": ("{}", "{}"), "on": ("{}", "{}"),
    "eur_per_connection_year": ("{} euro per aansluiting per jaar", "{} EUR per connection a year"), "interest_share": ("rente {}", "interest {}"),
    "years": ("{} jaar", "{} years"), "rule": ("{}", "{}"), "eur_per_dwelling": ("{} euro per woning", "{} EUR per dwelling"),
    "grant_share": ("{} van de investering", "{} of the investment"), "measure": ("{}", "{}"), "category": ("{}", "{}"), "eur": ("{} euro", "{} EUR"),
    "categories": ("{}", "{}"), "rate_share": ("rente {}", "interest {}"), "max_eur": ("hoogstens {} euro", "at most {} EUR"),
    "term_years": ("looptijd {} jaar", "term {} years"), "dwellings": ("{} woningen", "{} dwellings"), "public_first": ("publieke gebouwen eerst: {}", "public buildings first: {}"),
    "deferred_years": ("{} jaar uitstel", "deferred {} years"), "connected_label": ("aangesloten woning: label {}", "connected home: label {}"),
    "label": ("andere woning: label {}", "other home: label {}"), "met_by": ("voldaan met {}", "met by {}"),
    "label_at_switch": ("slechtste label bij overstap: {}", "worst label at a switch: {}"), "hybrid": ("hybride mag: {}", "hybrid allowed: {}"),
    "group": ("{}", "{}"), "bullet_share": ("{} pas terugbetaald bij verkoop", "{} repaid at sale only"), "reach_share": ("bereik {}", "reach {}"),
    "premium": ("met premie: {}", "with premium: {}"), "guarantee_share": ("toeslag {} voor gewaarborgde prestatie", "surcharge {} for guaranteed performance"),
    "fte_per_1000": ("{} voltijdse werkers per 1.000 woningen", "{} full-time workers per 1,000 dwellings"),
    "dossiers_per_year": ("hoogstens {} woningen per jaar", "at most {} dwellings a year"), "mode": ("{}", "{}"),
    "intensity_share": ("{} van de kosten", "{} of the cost"), "cap_eur": ("hoogstens {} euro", "at most {} EUR"),
    "feasibility_share": ("haalbaarheid {}", "feasibility {}"), "concept_share": ("concept {}", "concept {}"), "share": ("{}", "{}"),
    "collective_bonus.group": ("vanaf {} woningen", "from {} dwellings on"), "guidance.share": ("{} meer begeleid", "{} more guided"),
}  # fmt: skip
"""What an argument says around its value, Dutch and English; ``lever.argument`` where a lever means something else by it."""

CHOICES: dict[str, Words] = {
    "none": ("geen", "none"), "low": ("laag", "low"), "central": ("midden", "central"), "high": ("hoog", "high"), "all": ("alle", "all"),
    "excise": ("accijns", "excise"), "certificates": ("certificaten", "certificates"), "pso": ("openbare dienst", "public service"), "network": ("nettarief", "network tariff"),
    "electricity": ("elektriciteit", "electricity"), "gas": ("gas", "gas"), "tariff": ("sociaal tarief", "social tariff"), "lump_sum": ("forfait", "lump sum"),
    "current_users": ("huidige gebruikers", "current users"), "fund": ("fonds", "fund"), "public": ("overheid", "public"), "heat_concession": ("warmteconcessie", "heat concession"),
    "today": ("zoals vandaag", "as today"), "today_detailed_network": ("zoals vandaag, net in detail", "as today, network in detail"),
    "electricity_1_9": ("elektriciteit telt 1,9", "electricity counts 1.9"), "two_axis": ("label op twee assen", "label on two axes"),
    "air_water": ("lucht-waterwarmtepomp", "air-water heat pump"), "geothermal": ("geothermische warmtepomp", "geothermal heat pump"), "hybrid": ("hybride warmtepomp", "hybrid heat pump"),
    "air_air": ("lucht-luchtwarmtepomp", "air-air heat pump"), "hp_boiler": ("warmtepompboiler", "heat-pump boiler"), "roof": ("dak", "roof"), "ventilation": ("ventilatie", "ventilation"),
    "solar_boiler": ("zonneboiler", "solar boiler"), "cat1": ("categorie 1", "category 1"), "cat2": ("categorie 2", "category 2"), "cat3": ("categorie 3", "category 3"),
    "cat4": ("categorie 4 (laagste inkomens)", "category 4 (lowest incomes)"), "cat2-4": ("categorie 2 tot 4", "categories 2 to 4"), "cat3-4": ("categorie 3 en 4", "categories 3 and 4"),
    "either": ("label of fossielvrij", "label or fossil-free"), "fossil_free": ("fossielvrij", "fossil-free"), "label": ("label", "label"), "threshold": ("drempel", "threshold"),
    "landlord": ("verhuurders", "landlords"), "owners": ("eigenaars", "owners"), "quartile_1": ("kwartiel 1 (laagste inkomens)", "quartile 1 (lowest incomes)"),
    "quartile_2": ("kwartiel 2", "quartile 2"), "quartile_3": ("kwartiel 3", "quartile 3"), "quartile_4": ("kwartiel 4", "quartile 4"),
    "quartile_1-2": ("kwartiel 1 en 2", "quartiles 1 and 2"), "quartile_1-3": ("kwartiel 1 tot 3", "quartiles 1 to 3"), "call": ("oproep", "call"), "window": ("venster", "window"),
    "permanent": ("permanent", "permanent"), "programme": ("programma", "programme"), "lease": ("lease", "lease"), "service": ("warmte als dienst", "heat as a service"),
    "true": ("ja", "yes"), "false": ("nee", "no"),
}  # fmt: skip
"""Choices of levers, and words that stand as figures of a rule."""

UNITS: dict[str, Words] = {
    "share": ("(deel van 1)", "(part of 1)"), "EUR": ("euro", "EUR"), "EUR/kWh": ("euro/kWh", "EUR/kWh"), "EUR/year": ("euro/jaar", "EUR/year"), "year": ("jaar", "years"),
    "dwellings": ("woningen", "dwellings"), "FTE per 1,000 dwellings": ("voltijdse werkers per 1.000 woningen", "full-time workers per 1,000 dwellings"),
    "EUR/year (lump sum) or factor 0 to 2 (tariff)": ("euro/jaar (forfait) of factor 0 tot 2 (tarief)", "EUR/year (lump sum) or factor 0 to 2 (tariff)"),
}  # fmt: skip
NOTES: dict[str, str] = {
    "electricity cheaper, without VAT": "elektriciteit goedkoper, zonder btw", "gas dearer, without VAT": "gas duurder, zonder btw", "used up in this order": "in deze volgorde opgebruikt",
    "cat4: lowest incomes": "cat4: laagste inkomens", "quartile_1: lowest incomes": "quartile_1: laagste inkomens", "repaid only at sale": "pas terugbetaald bij verkoop",
    "waits for heat that comes within so many years": "wacht op warmte die binnen zoveel jaar komt", "label that a connected home needs": "label dat een aangesloten woning nodig heeft",
    "label that any other home needs": "label dat elke andere woning nodig heeft", "worst label that may turn to a heat pump": "slechtste label dat naar een warmtepomp mag",
    "on top of the scenario": "bovenop het scenario",
}  # fmt: skip
"""What stands beside the bounds of an argument, by its English."""

_PREMIUMS: Words = (
    "geen vraag van de nota: die vraagt bij premies alleen voorfinanciering (L36), eigen werk (L39) en collectieve aanpak (L43), geen ander bedrag, plafond of bereik",
    "no request of the note: of premiums it asks prepayment (L36), own work (L39) and a collective approach (L43) only, no other amount, cap or reach",
)  # fmt: skip
NO_REQUEST: dict[str, Words] = {
    "premium_amount": _PREMIUMS, "premium_cap": _PREMIUMS, "premium_eligibility": _PREMIUMS,
    "ets2_price": ("geen vraag van de nota: de prijs van ETS2 is Europees en een omstandigheid", "no request of the note: the price of ETS2 is European and a circumstance"),
}  # fmt: skip
"""Why a lever answers no request of the note."""


def said(words: Words, language: Language) -> str:
    """The Dutch or the English of two."""
    return words[0 if language == "nl" else 1]


def number_said(value: float, language: Language) -> str:
    """A number as it was given, without more digits than that: Dutch 3.000 and 0,05, English 3,000 and 0.05."""
    whole, _, rest = f"{value:,.10f}".rstrip("0").partition(".")
    text = f"{whole}.{rest}" if rest else whole
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def choice_said(value: str, language: Language) -> str:
    """A choice in words, each of several that are joined by a plus; one without words, such as a label or a zone, stands for itself."""
    return " + ".join(said(CHOICES[part], language) if part in CHOICES else part for part in value.split("+"))


def argument_said(lever: str, name: str, value: Given, language: Language) -> str:
    """An argument with its value in words, as in "3.000 euro per woning"."""
    words = ARGUMENTS.get(f"{lever}.{name}") or ARGUMENTS.get(name) or (f"{name} {{}}", f"{name} {{}}")
    if isinstance(value, bool):
        shown = choice_said(str(value).lower(), language)
    elif isinstance(value, str):
        shown = choice_said(value, language)
    elif name.endswith("share"):
        shown = f"{number_said(100 * value, language)} %"
    else:
        shown = f"{value:.0f}" if name == "year" else number_said(value, language)
    return said(words, language).format(shown)
