"""Tables that only the project team sees: every street, building, pipe and payment of a plan, filtered, sorted, in pages, as CSV.

They are read from the plan folder when a page asks for them. What a column means comes from the contract of its table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from koppelkans.web.plans import response_tables, street_tables
from koppelkans.web.plans.plan_tables import read_table
from koppelkans.web.plans.vocabulary import column_title, named
from koppelkans.web.ui.csv_files import MARK, csv_text, harmless
from koppelkans.web.ui.templatetags.koppelkans import rounded

if TYPE_CHECKING:
    import pandas as pd

PAGE_ROWS = 50
FIRST_ROWS = 10
_SHEETS = ("profielen", "werkenkalender")
"""Tables whose sections lead to the street book."""
_NUMBER = re.compile(r"[+-]?[\d.,]+(\s?%)?")


@dataclass(frozen=True, slots=True)
class TeamTable:
    """A table of a view: how it is read from the tables of a plan folder, and the contracts that explain its columns.

    ``tender``: closed as long as the tender is. ``years``: columns with years that the engine computed. ``filters``: columns that a
    reader may choose a value of. ``method``: anchor in the method.
    """

    key: str
    view: str
    title: Promise | str
    rows: Callable[[Path], pd.DataFrame]
    contracts: tuple[str, ...]
    method: str = ""
    tender: bool = False
    years: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A column as shown: name in the file, title and unit, what it means, whether its values are (whole) numbers or computed years."""

    name: str
    title: str
    unit: str
    description: str
    numeric: bool
    whole: bool
    computed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as shown; ``link``: the figure of law or technique it names; ``sheet``: the street section whose sheet it leads to."""

    text: str
    numeric: bool = False
    link: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a table: heads, rows of cells, how many rows there are in all, and the choices of the reader."""

    table: TeamTable
    heads: list[Head]
    rows: list[list[Cell]]
    total: int
    number: int
    pages: int
    sort: str
    filters: list[dict[str, Any]] = field(default_factory=list)


# ------------------------------------------------------------------------------------------------------------------------ reading


def _streets(folder: Path) -> pd.DataFrame:
    """Every street with its density, the thresholds of its sections and the pipes that lie in it."""
    density = read_table(folder, "line_density").drop(columns="length_from").set_index("street")
    sections, pipes = read_table(folder, "thresholds"), read_table(folder, "pipes")
    by_street = sections.groupby("street")
    least = (
        by_street[["share", "branch_share"]]
        .min()
        .rename(columns={"share": "least_share", "branch_share": "least_branch_share"})
    )
    mains = pipes[pipes["kind"] == "main"].join(sections.set_index("section")["street"], on="section")
    laid = mains.groupby("street")[["length_m"]].sum().rename(columns={"length_m": "pipe_m"})
    return density.join(by_street.size().rename("sections")).join(least).join(laid).reset_index()


def _buildings(folder: Path) -> pd.DataFrame:
    """Every heated building: what it is, asks and gets, the second best and what that would cost more."""
    about = read_table(folder, "buildings").set_index("building")
    columns = ["street", "house_number", "use", "type", "dwellings", "built_year", "floor_area_m2"]
    demand = read_table(folder, "demand").set_index("building")[
        ["heat_kwh", "heat_low_kwh", "heat_high_kwh", "peak_kw"]
    ]
    chosen = read_table(folder, "choices").set_index("building").drop(columns="reason")
    works = read_table(folder, "schedule").set_index("building")["first_year"]
    found = about.loc[about["heated"], columns].join(demand).join(chosen).join(works)
    return found.sort_values(["street", "house_number"], kind="stable", na_position="last").reset_index()


def _pipes(folder: Path) -> pd.DataFrame:
    streets = read_table(folder, "thresholds").set_index("section")["street"]
    found = read_table(folder, "pipes").join(streets, on="section")
    first = ["pipe", "street", "kind", "section"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def _connections(folder: Path) -> pd.DataFrame:
    about = read_table(folder, "buildings").set_index("building")[["street", "house_number", "use"]]
    found = read_table(folder, "connections").join(about, on="building")
    first = ["building", "street", "house_number", "use"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def _switches(folder: Path) -> pd.DataFrame:
    """Every building in play by how often another design decides otherwise, the most first."""
    about = read_table(folder, "buildings").set_index("building")[["street", "house_number", "use"]]
    found = read_table(folder, "network_switches").join(about, on="building")
    found = found.sort_values("switch_share", ascending=False, kind="stable")
    first = ["building", "street", "house_number", "use"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def _sources(folder: Path) -> pd.DataFrame:
    """The heat sources of the scenario."""
    import json

    import pandas as pd

    found = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["scenario"]["sources"]
    columns = [
        "name",
        "capacity_kw",
        "supply_c",
        "price_eur_per_mwh",
        "emission_kg_per_kwh",
        "available_from_year",
        "assumption",
        "note",
    ]
    return pd.DataFrame(found, columns=columns)


def _ledger(folder: Path) -> pd.DataFrame:
    """Payments by payer, payee and purpose over all years, the largest first."""
    ledger = read_table(folder, "ledger")
    by = ledger.groupby(["payer", "payee", "what"])
    found = by.agg(first=("year", "min"), last=("year", "max"), amount_eur=("amount_eur", "sum")).reset_index()
    found = found.rename(columns={"first": "first_payment_year", "last": "last_payment_year"})
    return found.sort_values("amount_eur", ascending=False, kind="stable")


def _bills(folder: Path) -> pd.DataFrame:
    """The bill of every household type with every way of heating, by carrier."""
    names = read_table(folder, "households").set_index("household")["title" if get_language() == "nl" else "title_en"]
    found = read_table(folder, "bills")
    found = (
        found.groupby(["household", "heating", "carrier"], sort=False)[["excl_vat_eur", "vat_eur", "incl_vat_eur"]]
        .sum()
        .reset_index()
    )
    return found.assign(household=found["household"].map(names))


def _remarks(folder: Path) -> pd.DataFrame:
    text = "text" if get_language() == "nl" else "text_en"
    return read_table(folder, "remarks")[["about", "level", text, "rows_share", "method"]]


def _households(folder: Path) -> pd.DataFrame:
    return read_table(folder, "households").drop(columns="title_en" if get_language() == "nl" else "title")


def _turns(folder: Path) -> pd.DataFrame:
    """Buildings of each street by the period in which the plan has their turn."""
    works = read_table(folder, "schedule").set_index("building")[["first_year", "present_cost_eur"]]
    streets = read_table(folder, "buildings").set_index("building")[["street", "dwellings"]]
    joined = works.join(streets)
    by = joined.groupby(["street", "first_year"])
    return by.agg(
        buildings=("dwellings", "size"), dwellings=("dwellings", "sum"), present_cost_eur=("present_cost_eur", "sum")
    ).reset_index()


def _plain(name: str) -> Callable[[Path], pd.DataFrame]:
    return lambda folder: read_table(folder, name)


def _basis(folder: Path) -> pd.DataFrame:
    """What the business case rests on, in the language of the page, with the unit of each figure."""
    from koppelkans.exchange.words import NAMES, QUANTITIES
    from koppelkans.tables import unit_of

    found, language = read_table(folder, "project_basis"), int(get_language() == "en")
    words = {key: both[language] for key, both in {**NAMES, **QUANTITIES}.items()}
    unit = found["quantity"].map(unit_of)
    told = {name: found[name].map(lambda key: words.get(key, key)) for name in ("name", "quantity")}
    told["name"] = told["name"].where(found["part"].isin(["assets", "customers"]), "–")
    return found.assign(**told, unit=unit)[["part", "name", "quantity", "value", "unit", "chosen"]]


def _figures(folder: Path) -> pd.DataFrame:
    found = read_table(folder, "figures").drop(columns="figure")
    size = found[["influence_low_share", "influence_high_share"]].abs().max(axis=1).fillna(0.0)
    return found.loc[size.sort_values(ascending=False, kind="stable").index]


TABLES = (
    TeamTable("straten", "straten", gettext_lazy("Alle straten"), _streets, ("line_density", "thresholds"), "line-density", filters=("density_class",)),
    TeamTable("secties", "straten", gettext_lazy("Aansluitdrempel per straatsectie"), _plain("thresholds"), ("thresholds",), "threshold", filters=("street",)),
    TeamTable(
        "gebouwen", "gebouwen", gettext_lazy("Alle verwarmde gebouwen"), _buildings, ("buildings", "demand", "choices", "schedule"), "indicators-energy",
        years=("first_year",), filters=("street", "solution", "use"),
    ),
    TeamTable("ontwerpen", "net", gettext_lazy("Ontwerp per temperatuur"), _plain("network_variants"), ("network_variants",), "network-design"),
    TeamTable("leidingen", "net", gettext_lazy("Leidingen"), _pipes, ("pipes",), "network-design", filters=("street", "kind")),
    TeamTable("aansluitingen", "net", gettext_lazy("Aansluiting per gebouw"), _connections, ("connections", "buildings"), "network-design", filters=("street", "reason")),
    TeamTable(
        "secties-net", "net", gettext_lazy("Wat elke straatsectie kan dragen"), _plain("network_sections"), ("network_sections",), "network-explanations",
        tender=True, filters=("street",),
    ),
    TeamTable(
        "perioden-net", "net", gettext_lazy("Het net in perioden"), _plain("network_phases"), ("network_phases",), "network-phases", tender=True,
        years=("built_year",), filters=("street",),
    ),
    TeamTable(
        "uptake-net", "net", gettext_lazy("Het net als niet iedereen aansluit"), _plain("network_uptake"), ("network_uptake",), "network-robustness",
    ),
    TeamTable(
        "verlies-net", "net", gettext_lazy("Verlies van een bron of een grote afnemer"), lambda folder: read_table(folder, "network_losses").drop(columns="loss"),
        ("network_losses",), "network-robustness", tender=True, filters=("kind", "repair"),
    ),
    TeamTable("lotingen-net", "net", gettext_lazy("Het net bij andere cijfers"), _plain("network_draws"), ("network_draws",), "network-robustness"),
    TeamTable(
        "omslag-net", "net", gettext_lazy("Hoe vast elke aansluiting ligt"), _switches, ("network_switches", "buildings"), "network-robustness",
        filters=("street", "connected"),
    ),
    TeamTable("later-net", "net", gettext_lazy("Wie later aansluit"), _plain("network_joiners"), ("network_joiners",), "network-robustness"),
    TeamTable("opwekkers", "net", gettext_lazy("Opwekkers van het warmtenet"), _plain("supply"), ("supply",), "supply", tender=True),
    TeamTable(
        "bronnen-gebruik", "net", gettext_lazy("Wat elke warmtebron geeft"), _plain("network_sources"), ("network_sources",), "network-sources", tender=True,
    ),
    TeamTable("bronnen", "net", gettext_lazy("Warmtebronnen van het scenario"), _sources, (), "network-design", tender=True),
    TeamTable(
        "grootboek", "geld", gettext_lazy("Grootboek: betaler, ontvanger, waarvoor"), _ledger, ("ledger",), "indicators-finance",
        tender=True, years=("first_payment_year", "last_payment_year"), filters=("payer", "payee"),
    ),
    TeamTable("zakenplan", "geld", gettext_lazy("Zakenplan bij verschillende aansluiting"), _plain("project"), ("project",), "project", tender=True),
    TeamTable(
        "zakenplan-jaren", "geld", gettext_lazy("Zakenplan per jaar"), lambda folder: read_table(folder, "project_years").drop(columns="row"),
        ("project_years",), "project", tender=True, years=("year",), filters=("uptake",),
    ),
    TeamTable(
        "grondslag", "geld", gettext_lazy("Waarop het zakenplan steunt"), _basis, ("project_basis",), "exchange-workbook", tender=True, filters=("part",)
    ),
    TeamTable("prijzen", "geld", gettext_lazy("Energieprijzen"), _plain("prices"), ("prices",), "energy-prices"),
    TeamTable("facturen", "gezinnen", gettext_lazy("Facturen per gezin en verwarming"), _bills, ("bills",), "bills", filters=("household", "heating")),
    TeamTable("gezinnen", "gezinnen", gettext_lazy("Voorbeeldgezinnen"), _households, ("households",), "typical-households"),
    TeamTable(
        "reactie", "gezinnen", gettext_lazy("Hoe woningen verwarmd worden, verwacht"), response_tables.shares, ("response_shares",), "response-plan", years=("year",),
        filters=("response_scope", "name", "response_option", "year"),
    ),
    TeamTable("momenten", "gezinnen", gettext_lazy("Wanneer er beslist wordt"), response_tables.moments, ("response_moments",), "response-moments", years=("year",), filters=("moment", "response_option")),
    TeamTable("vast", "gezinnen", gettext_lazy("Wie vastzit"), response_tables.stuck, ("response_stuck",), "response-choice", years=("year",), filters=("household_group", "stuck_reason")),
    TeamTable("evenwicht", "net", gettext_lazy("Evenwichten van het warmtenet"), response_tables.equilibrium, ("equilibrium",), "equilibria"),
    TeamTable("naar-prijs", "net", gettext_lazy("Aansluitingen naar warmteprijs"), response_tables.curve, ("response_curve",), "equilibria", years=("year",), filters=("section", "year")),
    TeamTable("overbrugd", "net", gettext_lazy("Getekend, overbrugd, afgehaakt"), response_tables.pipeline, ("response_pipeline",), "response-choice", years=("year",), filters=("section", "step")),
    TeamTable("gedrag-geld", "geld", gettext_lazy("Geldstromen van het gedrag"), response_tables.money, ("response_money",), "response-plan", years=("year",), filters=("payer", "payee", "what")),
    TeamTable(
        "cijfers", "aannames", gettext_lazy("Cijfers van wet en techniek, met status en invloed"), _figures, ("figures",), "influence", filters=("standing",)
    ),
    TeamTable("kanttekeningen", "aannames", gettext_lazy("Kanttekeningen"), _remarks, ("remarks",), filters=("level",)),
    TeamTable(
        "beurten", "kalender", gettext_lazy("Gebouwen per straat en periode"), _turns, ("schedule", "buildings"), "schedule",
        years=("first_year",), filters=("street", "first_year"),
    ),
    TeamTable(
        "grenzen", "kalender", gettext_lazy("Grenzen per periode"), lambda folder: read_table(folder, "schedule_limits").drop(columns="row"),
        ("schedule_limits",), "schedule", years=("first_year",), filters=("limit",),
    ),
    TeamTable(
        "profielen", "straten", gettext_lazy("Straatprofiel per sectie"), street_tables.street_patterns, ("street_patterns",), "street-space-choice", filters=("street", "state"),
    ),
    TeamTable("alle-profielen", "straten", gettext_lazy("Straatprofielen"), street_tables.patterns, ("patterns",), "street-space-patterns"),
    TeamTable("stroken", "straten", gettext_lazy("Stroken van de straatprofielen"), street_tables.strips, ("pattern_strips",), "street-space-underground", filters=("pattern",)),
    TeamTable("eisen", "straten", gettext_lazy("Wat van de straatruimte gevraagd is"), street_tables.titled("space_targets"), ("space_targets",), "street-space-choice"),
    TeamTable("botsingen", "straten", gettext_lazy("Eisen die botsen"), street_tables.space_clashes, ("space_clashes",), "street-space-clash"),
    TeamTable(
        "parkeren-groen", "straten", gettext_lazy("Parkeren tegenover groen en water"), lambda folder: read_table(folder, "space_pareto").drop(columns="point"),
        ("space_pareto",), "street-space-pareto",
    ),
    TeamTable("ruimtewinst", "straten", gettext_lazy("Wat het brengt dat parkeren mag schuiven"), street_tables.titled("space_dividend"), ("space_dividend",), "street-space-dividend"),
    TeamTable("nieuwe-profielen", "kalender", gettext_lazy("Nieuwe profielen en de werken"), street_tables.titled("space_plans"), ("space_plans",), "integration-dividend-space", years=("mean_green_year",)),
    TeamTable("klimaatpact", "straten", gettext_lazy("Klimaatpact: aandeel van de straten"), street_tables.titled("lekp"), ("lekp",), "lekp"),
    TeamTable("activa", "straten", gettext_lazy("Wat in de straat ligt"), street_tables.assets, ("assets",), "street-assets", filters=("asset_kind", "owner", "drawn")),
    TeamTable(
        "werkenkalender", "kalender", gettext_lazy("Werkenkalender"), street_tables.calendar, ("calendar",), "works-calendar", years=("planned_year",),
        filters=("street", "work_kind", "owner", "status"),
    ),
    TeamTable(
        "openingen", "kalender", gettext_lazy("Openingen van de straat"), street_tables.of_works("openings"), ("openings",), "works-calendar", years=("planned_year",), filters=("street",),
    ),
    TeamTable(
        "werken", "kalender", gettext_lazy("Werken in de straat"), street_tables.of_works("works"), ("works",), "street-works", years=("due_year",), filters=("street", "work_kind", "owner"),
    ),
    TeamTable(
        "hoeveelheden", "kalender", gettext_lazy("Hoeveelheden per werk"), street_tables.of_works("work_quantities"), ("work_quantities",), "works-account",
        years=("planned_year",), filters=("street", "work_kind", "owner"),
    ),
    TeamTable("dividend", "kalender", gettext_lazy("Wat samen plannen bespaart"), _plain("dividend"), ("dividend",), "dividend", years=("mean_live_year",)),
    TeamTable("wie-betaalt", "kalender", gettext_lazy("Wie betaalt wat"), street_tables.owner_shares, ("owner_shares",), "dividend-shares"),
    TeamTable("afwezig", "kalender", gettext_lazy("Wat het kost als een partner niet meedoet"), street_tables.absence, ("owner_absence",), "dividend-shares"),
    TeamTable("grenzen-werken", "kalender", gettext_lazy("Wat één eenheid meer waard is"), street_tables.shadow_prices, ("shadow_prices",), "works-account", years=("year",), filters=("limit",)),
    TeamTable("stevig", "kalender", gettext_lazy("Hoe stevig is het verschil"), street_tables.titled("works_robustness"), ("works_robustness",), "dividend-robustness", years=("mean_live_year",)),
    TeamTable("lotingen", "kalender", gettext_lazy("Gelote activa"), street_tables.titled("drawn_assets"), ("drawn_assets",), "dividend-robustness"),
    TeamTable("rondes-net", "kalender", gettext_lazy("Warmtenet en kalender per ronde"), _plain("trench_rounds"), ("trench_rounds",), "street-loop"),
    TeamTable(
        "plaats-net", "net", gettext_lazy("Plaats voor het warmtenet in de straat"), _plain("heat_corridors"), ("heat_corridors",), "heat-corridors", tender=True,
        filters=("street", "state"),
    ),
    TeamTable("drempel-sleuf", "kalender", gettext_lazy("Aansluitdrempel met en zonder gedeelde sleuf"), _plain("trench_thresholds"), ("trench_thresholds",), "threshold-shared", filters=("street",)),
    TeamTable("eigenaars", "kalender", gettext_lazy("Wie in de straat werkt"), street_tables.owners, ("owners",), "street-works"),
    TeamTable("indicatoren-werken", "kalender", gettext_lazy("Indicatoren van de werken"), street_tables.titled("works_indicators"), ("works_indicators",), "dividend", filters=("scope",)),
)  # fmt: skip
"""The tables of the team, by view in the order of the page."""


def tables_of(view: str) -> list[TeamTable]:
    """The tables of a view."""
    return [table for table in TABLES if table.view == view]


def table_named(view: str, key: str) -> TeamTable | None:
    """One table of a view, or None."""
    return next((table for table in tables_of(view) if table.key == key), None)


def contents(table: TeamTable, folder: Path, *, closed: bool) -> pd.DataFrame:
    """The rows of a table; remarks that matter to a tender are left out while it is ``closed``."""
    found = table.rows(folder)
    if table.key == "kanttekeningen" and closed:
        names = [str(name) for name in _sources(folder)["name"]]
        text = found["text" if "text" in found else "text_en"]
        told = text.map(lambda words: any(name in words for name in names))
        found = found[(found["about"] != "project") & ~((found["about"] == "network") & told)]
    return found


# ------------------------------------------------------------------------------------------------------------------------ pages


def page_of(table: TeamTable, frame: pd.DataFrame, asked: Mapping[str, str], *, rows: int = PAGE_ROWS) -> Page:
    """A page of a table as a reader asked for it: ``sort`` (a column, ``-`` before it for descending), ``page``, a value per filter."""
    titles = {head.name: head.title for head in heads_of(table, frame)}
    choices = [_choice(frame, name, titles[name], asked.get(name, "")) for name in table.filters if name in frame]
    for choice in choices:
        if choice["value"]:
            frame = frame[frame[choice["name"]].astype("str") == choice["value"]]
    sort = asked.get("sort", "")
    if sort.removeprefix("-") in frame.columns:
        frame = frame.sort_values(
            sort.removeprefix("-"), ascending=not sort.startswith("-"), kind="stable", na_position="last"
        )
    else:
        sort = ""
    pages = max(1, -(-len(frame) // rows))
    number = min(max(int(asked["page"]) if asked.get("page", "").isdecimal() else 1, 1), pages)
    heads = heads_of(table, frame)
    part = frame.iloc[(number - 1) * rows : number * rows]
    shown = [
        [
            replace(_cell(head, value), sheet=str(value))
            if head.name == "section" and table.key in _SHEETS
            else _cell(head, value)
            for head, value in zip(heads, row, strict=True)
        ]
        for row in part.itertuples(index=False)
    ]
    return Page(table, heads, shown, len(frame), number, pages, sort, choices)


def _choice(frame: pd.DataFrame, name: str, title: str, value: str) -> dict[str, Any]:
    known = [str(item) for item in frame[name].dropna().unique()]
    options = sorted(((item, named(name, item)) for item in known), key=lambda pair: pair[1].casefold())
    return {"name": name, "title": title, "value": value if value in known else "", "options": options}


def heads_of(table: TeamTable, frame: pd.DataFrame) -> list[Head]:
    """The columns of a table with title, unit and meaning from the contracts it comes from."""
    from koppelkans.tables import TABLES as CONTRACTS

    known = {item.name: item for name in reversed(table.contracts) for item in CONTRACTS[name].columns}
    keys = {CONTRACTS[name].key for name in table.contracts}
    heads = []
    for name in map(str, frame.columns):
        item = known.get(name)
        kind = frame[name].dtype.kind
        heads.append(
            Head(
                name, column_title(name, item.title if item and name not in keys else ""), _unit(name),
                item.description if item else "", kind in "if", kind == "i", name in table.years,
            )
        )  # fmt: skip
    return heads


def _unit(name: str) -> str:
    from koppelkans.tables import unit_of

    unit = unit_of(name)
    if unit in ("jaartal", "aandeel 0-1"):
        return ""
    return (
        unit.replace("EUR", "euro")
        if get_language() == "nl"
        else unit.replace("jaar", "year").replace("uur", "hours").replace("incl. btw", "incl. VAT")
    )


def _cell(head: Head, value: Any) -> Cell:
    """A value in the notation of the reader; words of a vocabulary in their language."""
    if _missing(value):
        return Cell("–", head.numeric)
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return Cell(_("ja") if value else _("nee"))
    if not head.numeric:
        return Cell(named(head.name, str(value)), link=str(value) if head.name == "parameter" else "")
    return Cell(_number(head, value), numeric=True)


def _number(head: Head, value: float) -> str:
    if head.name.endswith("year") and not head.name.endswith("per_year"):
        year = f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
        return year.replace(".", ",") if get_language() == "nl" else year
    if head.name.endswith("_share") or head.name == "share":
        return f"{rounded(100 * value, 3)} %"
    return number_format(int(value), force_grouping=True) if head.whole else rounded(value, 4)


def _missing(value: Any) -> bool:
    """Whether a cell is empty: nothing, or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


# ------------------------------------------------------------------------------------------------------------------------ downloads


def team_csv(table: TeamTable, frame: pd.DataFrame) -> str:
    """The whole table as CSV, names of columns as in the contracts; a column ``status`` says where years are computed, unless each row has its own."""
    if table.years and "status" not in frame:
        frame = frame.assign(status="computed, koppelkans")
    return rows_as_csv([str(name) for name in frame.columns], frame.itertuples(index=False))


def rows_as_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV; a text that is a number as printed stays one."""
    return MARK + csv_text(header, rows, cell=_plain_cell)


def _plain_cell(value: Any) -> Any:
    if _missing(value):
        return ""
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else harmless(value)
