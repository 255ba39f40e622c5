"""What the signatures so far mean for the network of a plan: who is still needed where, and the business case of those who signed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.money.project import Supply, Terms, asset_classes, project, project_terms
from koppelkans.money.threshold import Worth, connection_threshold, section_worth
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.plan.network import customers_of, upstream_sections
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow, remark

READ_TABLES = (
    "buildings",
    "attachments",
    "sections",
    "connections",
    "pipes",
    "thresholds",
    "network_variants",
    "prices",
)
"""Tables of a plan that ``signed_case`` reads."""

KWH_PER_MWH = 1_000.0
_OF_A_NETWORK = ("attachments", "sections", "pipes", "thresholds", "network_variants")
_ENDS = ("", "favourable", "unfavourable")


@dataclass(frozen=True, slots=True)
class SignedCase:
    """What the signatures so far mean.

    ``groups``: index group (``network``, ``branch|<section>``, ``street|<name>``); how many dwellings and large customers of the design
    signed, the share of the dwellings that must (``threshold_share`` with its band; NaN: never), and how many dwellings more of average
    heat are needed (``needed_dwellings`` with its band; NaN: no number is enough), also when every large customer signs
    (``needed_with_large_dwellings``). ``large``: large customers of the design that did not sign, with the number of average dwellings
    that each is worth and whether it alone closes the gap of the whole network. ``project``: the business case (contract PROJECT) of the
    whole ``plan``, of who ``signed``, and with who is ``interested``. ``outside``: who signed and is not in the design.
    """

    groups: pd.DataFrame
    large: pd.DataFrame
    project: pd.DataFrame
    outside: list[str]
    remarks: list[RemarkRow]


def signed_case(
    tables: Mapping[str, pd.DataFrame], scenario: Scenario, *, signed: Collection[str], interested: Collection[str],
    rules: Parameters | None = None,
) -> SignedCase:  # fmt: skip
    """The meaning of the signatures so far for the network that a plan designed.

    tables: those of ``READ_TABLES``, by name. signed, interested: building keys. Per street, per branch behind the first fork, and for
    the whole network, with I the trench, Q and q the heat of large customers and dwellings that signed, d their number:

        gap = I (CRF + o) - Q m_large - q m - d (F - (c - b) CRF)      needed = gap / worth of an average dwelling that did not sign

    Worth as in ``money.threshold.section_worth``. Large customers count when they signed; without the connection to the source. Raises
    DataError for a plan without a network. Method: docs/method.md#signed.
    """
    if any(not len(tables.get(name, ())) for name in _OF_A_NETWORK) or not tables["network_variants"]["chosen"].any():
        raise DataError("the plan has no heat network; choose a plan with one, or compute one with a heat source")
    variants = tables["network_variants"]
    parameters = (rules or read_parameters()).choosing(stand_ins=scenario.stand_ins, hold=scenario.hold)
    terms = project_terms(parameters, scenario.reference_date, scenario.heat_network.terms())
    case = _Case(
        tables,
        scenario,
        parameters,
        terms,
        _joined(tables, scenario, parameters),
        variants.loc[variants["chosen"]].iloc[0],
    )
    said = {"signed": set(signed), "interested": set(interested) - set(signed)}
    joined = case.joined.assign(**{name: case.joined.index.isin(list(keys)) for name, keys in said.items()})
    groups, gap_eur, dwelling_eur = _groups(case, joined)
    large = _large(case, joined, gap_eur, dwelling_eur)
    return SignedCase(groups, large, _projects(case, joined), sorted(said["signed"] - set(joined.index)), _remarks())


@dataclass(frozen=True, slots=True)
class _Case:
    tables: Mapping[str, pd.DataFrame]
    scenario: Scenario
    parameters: Parameters
    terms: Terms
    joined: pd.DataFrame
    variant: pd.Series

    @property
    def power_eur_per_mwh(self) -> float:
        return float(self.tables["prices"]["society_eur_per_kwh"]["electricity"]) * KWH_PER_MWH

    @property
    def source_eur_per_mwh(self) -> float:
        given = self.tables.get("network_sources", None)
        if given is not None and len(given):
            whole_mwh = float((given["heat_mwh"] + given["loss_mwh"]).sum())
            fixed = (
                float(given["fixed_eur_per_year"][given["heat_share"] > 0].sum()) / whole_mwh if whole_mwh > 0 else 0.0
            )
            return float((given["heat_share"] * given["price_eur_per_mwh"]).sum()) + fixed
        return next(
            source.price_eur_per_mwh for source in self.scenario.sources if source.name == self.variant["source"]
        )

    def worth(self, end: str) -> Worth:
        supply = Supply(
            self.source_eur_per_mwh, self.variant["loss_mwh"], self.variant["pump_mwh"], self.power_eur_per_mwh
        )
        cost = supply.eur_per_mwh(float(self.joined["heat_mwh"].sum()))
        return section_worth(self.terms, cost, parameters=self.parameters, day=self.scenario.reference_date, end=end)


def _joined(tables: Mapping[str, pd.DataFrame], scenario: Scenario, parameters: Parameters) -> pd.DataFrame:
    """Connected buildings: index building; section, street, dwellings, heat, peak, service pipe and delivery set."""
    service = tables["pipes"].query("kind == 'service'").set_index("building")
    keys = tables["connections"].index[tables["connections"]["connected"]]
    service, buildings = service.reindex(keys), tables["buildings"].reindex(keys)
    day = scenario.reference_date
    one_eur, smallest_kw = (
        parameters.at("project.delivery_set_eur", day),
        parameters.at("heat.plant.smallest_kw", day, "boiler"),
    )
    size = np.maximum(service["design_kw"], smallest_kw) / smallest_kw
    frame = pd.DataFrame({
        "street": buildings["street"], "house_number": buildings["house_number"], "use": buildings["use"],
        "section": tables["attachments"]["section"].reindex(keys), "dwellings": buildings["dwellings"].astype(float),
        "heat_mwh": service["heat_mwh"], "peak_kw": service["design_kw"], "service_eur": service["investment_eur"],
        "service_loss_mwh": service["loss_mwh"], "set_eur": one_eur * size ** parameters.at("heat.plant.scale_exponent", day),
    })  # fmt: skip
    return frame.rename_axis("building")


# --------------------------------------------------------------------------------------------------------------------- groups


def _groups(case: _Case, joined: pd.DataFrame) -> tuple[pd.DataFrame, float, float]:
    """Every group, the yearly gap of the whole network and the yearly worth of an average dwelling that did not sign [EUR/year]."""
    sections = _sections(case)
    members = _memberships(case, sections)
    of_section = _by_section(joined).reindex(sections.index).fillna(0.0)
    rows = members.join(sections[["trench_eur", "length_m"]].join(of_section), on="section")
    sums = dict.fromkeys(("trench_eur", "length_m", *of_section.columns), "sum")
    totals = rows.groupby("group", sort=False).agg({"kind": "first", "name": "first", "section": "size", **sums})
    totals = totals.rename(columns={"section": "sections"})
    accuracy = case.parameters.at("project.investment_accuracy_share", case.scenario.reference_date)
    parts = []
    for end, trench in zip(_ENDS, (1.0, 1.0 - accuracy, 1.0 + accuracy), strict=True):
        parts.append(_needed(totals, case.worth(end), trench))
    middle, low, high = parts
    result = totals.drop(columns=["trench_eur"]).assign(
        threshold_share=middle["share"], low_share=low["share"], high_share=high["share"],
        signed_share=totals["signed_dwellings"] / totals["dwellings"].where(totals["dwellings"] > 0),
        gap_eur_per_year=middle["gap"], needed_dwellings=middle["needed"], needed_low_dwellings=low["needed"], needed_high_dwellings=high["needed"],
        needed_with_large_dwellings=middle["with_large"],
        left_dwellings=totals["dwellings"] - totals["signed_dwellings"],
    )  # fmt: skip
    return result, float(middle["gap"]["network"]), float(middle["dwelling"]["network"])


def _needed(totals: pd.DataFrame, worth: Worth, trench: float) -> pd.DataFrame:
    """Required share, yearly gap, worth of an average unsigned dwelling and number needed, for each group."""
    fixed = worth.fixed_eur_per_year - worth.connection_eur_per_year
    signed = totals["signed_heat_mwh"] * worth.margin_eur_per_mwh + totals["signed_dwellings"] * fixed
    gap = (
        totals["trench_eur"] * trench * worth.trench_share
        - totals["signed_large_mwh"] * worth.large_margin_eur_per_mwh
        - signed
    )
    left = totals["dwellings"] - totals["signed_dwellings"]
    mean_mwh = (totals["heat_mwh"] - totals["signed_heat_mwh"]) / left.where(left > 0)
    dwelling = mean_mwh * worth.margin_eur_per_mwh + fixed
    needed = np.ceil(gap / dwelling.where(dwelling > 0) - 1e-9).where(gap > 0, 0.0)
    large_eur = (totals["large_mwh"] - totals["signed_large_mwh"]) * worth.large_margin_eur_per_mwh
    with_large = np.ceil((gap - large_eur) / dwelling.where(dwelling > 0) - 1e-9).where(gap > large_eur, 0.0)
    share = connection_threshold(
        totals["trench_eur"].to_numpy(float) * trench, totals["signed_large_mwh"].to_numpy(float), totals["dwellings"].to_numpy(float),
        totals["heat_mwh"].to_numpy(float), worth,
    )  # fmt: skip
    return pd.DataFrame(
        {"share": share, "gap": gap, "dwelling": dwelling, "needed": needed, "with_large": with_large},
        index=totals.index,
    )


def _sections(case: _Case) -> pd.DataFrame:
    """Street sections with a main of the design: street, length and cost of the trench."""
    mains = case.tables["pipes"].query("kind == 'main'").dropna(subset="section")
    thresholds = case.tables["thresholds"]
    found = thresholds.loc[thresholds.index.isin(mains["section"].unique()), ["street", "trench_eur_per_m"]]
    length = case.tables["sections"]["length_m"].reindex(found.index)
    return found.assign(
        length_m=length,
        trench_eur=found["trench_eur_per_m"] * length,
        parent=upstream_sections(mains).reindex(found.index),
    )


def _memberships(case: _Case, sections: pd.DataFrame) -> pd.DataFrame:
    """Which section belongs to which group: a row for each pair, with kind and name of the group."""
    branch = _branches(sections)
    section = sections.index.to_numpy()
    street = sections["street"].fillna("").astype(str)
    named = branch.map(sections["street"]).fillna("").astype(str)
    return pd.concat([
        pd.DataFrame({"group": "network", "kind": "network", "name": case.variant["source"], "section": section}),
        pd.DataFrame({"group": "branch|" + branch, "kind": "branch", "name": named, "section": section})[branch.notna().to_numpy()],
        pd.DataFrame({"group": "street|" + street, "kind": "street", "name": street, "section": section}).sort_values("name"),
    ], ignore_index=True)  # fmt: skip


def _branches(sections: pd.DataFrame) -> pd.Series:
    """For each section the first section of its branch; missing for the stem between the source and the first fork."""
    children: dict[str, list[str]] = {}
    for section, parent in sections["parent"].items():
        children.setdefault(str(parent) if isinstance(parent, str) and parent in sections.index else "", []).append(
            str(section)
        )
    first = children.get("", [])
    while len(first) == 1 and children.get(first[0]):
        first = children[first[0]]
    found = {}
    for root in first:
        waiting = [root]
        while waiting:
            section = waiting.pop()
            found[section] = root
            waiting += children.get(section, [])
    return pd.Series(found, dtype="str").reindex(sections.index)


def _by_section(joined: pd.DataFrame) -> pd.DataFrame:
    home, signed, interested = joined["dwellings"] > 0, joined["signed"], joined["interested"]
    return pd.DataFrame({
        "section": joined["section"], "dwellings": joined["dwellings"], "heat_mwh": joined["heat_mwh"].where(home, 0.0), "large": (~home).astype(float),
        "large_mwh": joined["heat_mwh"].where(~home, 0.0),
        "signed_dwellings": joined["dwellings"].where(signed, 0.0), "signed_heat_mwh": joined["heat_mwh"].where(signed & home, 0.0),
        "signed_large": (signed & ~home).astype(float), "signed_large_mwh": joined["heat_mwh"].where(signed & ~home, 0.0),
        "interested_dwellings": joined["dwellings"].where(interested, 0.0), "interested_large": (interested & ~home).astype(float),
    }).groupby("section").sum()  # fmt: skip


def _large(case: _Case, joined: pd.DataFrame, gap_eur: float, dwelling_eur: float) -> pd.DataFrame:
    """Large customers of the design that did not sign, the largest first: what each is worth in average dwellings."""
    found = joined.loc[(joined["dwellings"] == 0) & ~joined["signed"]]
    worth_eur = found["heat_mwh"] * case.worth("").large_margin_eur_per_mwh
    return found[["street", "house_number", "use", "heat_mwh", "interested"]].assign(
        worth_dwellings=worth_eur / dwelling_eur if dwelling_eur > 0 else np.nan, enough=(worth_eur >= gap_eur) & (gap_eur > 0)
    ).sort_values("heat_mwh", ascending=False, kind="stable")  # fmt: skip


# -------------------------------------------------------------------------------------------------------------------- project


def _projects(case: _Case, joined: pd.DataFrame) -> pd.DataFrame:
    """Business case of the whole design, of who signed, and with who is interested; a case without customers has no row."""
    whole = pd.Series(data=True, index=joined.index)
    cases = {"plan": whole, "signed": joined["signed"], "interested": joined["signed"] | joined["interested"]}
    rows = [
        _project(case, joined[members], name, float(members.mean())) for name, members in cases.items() if members.any()
    ]
    return pd.concat(rows)


def _project(case: _Case, members: pd.DataFrame, name: str, share: float) -> pd.DataFrame:
    mains = case.tables["pipes"].query("kind == 'main'")
    assets = asset_classes(
        {
            "main_pipes": float(mains["investment_eur"].sum()), "service_pipes": float(members["service_eur"].sum()),
            "delivery_sets": float(members["set_eur"].sum()),
        },
        terms=case.terms, parameters=case.parameters, day=case.scenario.reference_date,
    )  # fmt: skip
    heat_share = float(members["heat_mwh"].sum() / case.joined["heat_mwh"].sum())
    supply = Supply(
        case.source_eur_per_mwh, float(mains["loss_mwh"].sum() + members["service_loss_mwh"].sum()),
        float(case.variant["pump_mwh"]) * heat_share, case.power_eur_per_mwh,
    )  # fmt: skip
    customers = customers_of(members.assign(heat_kwh=members["heat_mwh"] * KWH_PER_MWH))
    summary, _years, _notes = project(
        assets, customers, supply, terms=case.terms, uptake_shares=(), start_year=case.scenario.start_year
    )
    return summary.assign(connected_share=share).rename(index={"plan": name})


def _remarks() -> list[RemarkRow]:
    return [
        remark(
            "signed", "Alle hoofdleidingen van het ontwerp worden gelegd, ook waar nog niemand tekende; aansluitleidingen en afleversets alleen voor wie "
            "tekende. Geen nieuw ontwerp: een net voor alleen deze klanten kan kleiner en goedkoper zijn.", "All mains of the design are laid, also "
            "where nobody signed yet; service pipes and delivery sets only for who signed. No new design: a network for these customers alone may be "
            "smaller and cheaper.", method="signed",
        ),
        remark(
            "signed", "Nodig aantal in evenwicht: iedereen die tekent is klant vanaf het eerste jaar, zonder lening of belasting, en wie nog moet tekenen "
            "heeft het gemiddelde verbruik van wie nog niet tekende. De aansluiting van de bron telt hier niet mee.", "Number needed in steady state: who "
            "signs is a customer from the first year, no loan, no tax, and who still must sign has the mean use of those who did not. The connection of "
            "the source is not counted here.", method="signed",
        ),
        remark(
            "signed", "Grote afnemers tellen alleen als ze getekend hebben; hun eigen aansluiting betalen zij met hun vaste vergoeding.", "Large customers "
            "count only when they signed; they pay for their own connection with their fixed fee.", method="signed",
        ),
    ]  # fmt: skip
