"""The loop between the heat network and the works calendar: what sharing an opening saves goes back to the design of the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.heat.costs import annuity_share
from koppelkans.plan.network import NetworkPart, Shared
from koppelkans.plan.street import StreetInputs, StreetPart, joint_calendar, street_part, trench_of_heat
from koppelkans.plan.street_network import street_network
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.street.dividend import JudgedPlan

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Pair:
    """A heat network with the joint calendar of works that goes with it, judged as one.

    ``asked``: share of the price of each trench that the network was designed with; ``trench`` as ``trench_of_heat`` gives it; ``moved_share`` between both. ``heat_eur``: what heat costs
    all buildings for ever without pipes and trenches; ``works_eur``: what the calendar costs, pipes and waiting for heat included; both in EUR of the first year.
    """

    network: NetworkPart
    joint: JudgedPlan
    asked: pd.Series
    trench: pd.DataFrame
    moved_share: float
    heat_eur: float
    works_eur: float

    @property
    def alone(self) -> bool:
        """Whether the network paid every trench alone."""
        return bool((self.asked == 1.0).all())

    @property
    def whole_eur(self) -> float:
        """The cost of network and calendar together."""
        return self.heat_eur + self.works_eur


def network_with_streets(
    given: StreetInputs, network: NetworkPart, again: Callable[[Shared], NetworkPart]
) -> tuple[NetworkPart, StreetPart]:
    """The network and the works, each knowing the other: what heat bears of a trench goes back to the design until it moves little.

    again: the network at other trench prices. At most ``street.trench_rounds`` rounds; of all pairs of network and calendar the one of least cost together is the answer, so that
    it never costs more than the pair of round 0, in which the network pays every trench alone. Method: docs/method.md#street-loop.
    """
    part = street_part(given, network.tables)
    regime = _regime(network)
    if regime is None or part.joint is None:
        return network, part
    enough, held_share = (
        given.parameters.at(f"street_works.loop.{name}", given.scenario.reference_date)
        for name in ("moved_share", "kept_share")
    )

    def next_pair(asked: pd.Series, before: Pair) -> Pair:
        found = again(Shared(asked, regime, before.network.result, held_share))
        joint = joint_calendar(given, found.tables, before=_years(before.joint))
        return _pair(given, found, joint, asked)

    first = _pair(given, network, part.joint, pd.Series(1.0, index=part.trench.index))
    pairs = rounds(first, next_pair, most=given.scenario.street.trench_rounds, enough=enough)
    best = cheapest(pairs)
    if best > 0:
        network = pairs[best].network
        part = street_part(given, network.tables, before=_years(pairs[best].joint))
        if part.joint is not None:
            pairs[best] = _pair(given, network, part.joint, pairs[best].asked)
    told = _loop_remark(pairs, best, enough, drawn=part.drawn is not None)
    return network, replace(
        part, tables={**part.tables, "trench_rounds": rounds_table(pairs, best)}, remarks=[*part.remarks, told]
    )


def rounds(first: Pair, again: Callable[[pd.Series, Pair], Pair], *, most: int, enough: float) -> list[Pair]:
    """The pairs of all rounds, the first included; they end when the price of the trench moves by less than ``enough``, or after ``most`` rounds.

    again: the next pair, from the shares that the network is asked with and the pair before.
    """
    pairs = [first]
    while len(pairs) <= most and (len(pairs) == 1 or pairs[-1].moved_share >= enough):
        pairs.append(again(next_shares(pairs[-1]), pairs[-1]))
    return pairs


def cheapest(pairs: list[Pair]) -> int:
    """The round of least cost together, the earliest of equals: never dearer than round 0."""
    return min(range(len(pairs)), key=lambda at: pairs[at].whole_eur)


def _pair(given: StreetInputs, network: NetworkPart, joint: JudgedPlan, asked: pd.Series) -> Pair:
    """A network and a calendar with what they cost together."""
    trench = trench_of_heat(joint.case, joint.year)
    rate = joint.case.rate_share
    heat = heat_without_pipes_eur_per_year(given, network) / rate
    return Pair(network, joint, asked, trench, moved_share(asked, trench), heat, works_with_waiting_eur(joint))


def heat_without_pipes_eur_per_year(given: StreetInputs, network: NetworkPart) -> float:
    """What heat costs all buildings together in a year, without what the works calendar counts: the capital of pipes, and trenches in streets.

    H = whole - charge x trenches - annuity x other pipes      charge = annuity + upkeep, of main pipes

    so that losses, pumping, upkeep of pipes and what connected buildings save stay in it. Without a network it is what all pay apart. Method: docs/method.md#street-loop.
    """
    variants = network.tables["network_variants"]
    if not variants["chosen"].any():
        return float(variants["without_eur_per_year"].iloc[0])
    whole = float(variants.loc[variants["chosen"], "whole_eur_per_year"].iloc[0])
    parameters, day = given.parameters, given.scenario.reference_date
    annuity = float(
        annuity_share(parameters.at("project.life_years", day, "main_pipes"), given.economics.society_rate_share)
    )
    charge = annuity + parameters.at("project.upkeep_share", day, "main_pipes")
    pipes = network.tables["pipes"]
    seen = street_network(pipes, network.tables["network_sections"], network.tables.get("heat_corridors"))
    trench_eur = 0.0 if seen is None else float(seen.sections["trench_eur"].sum())
    return whole - charge * trench_eur - annuity * (float(pipes["investment_eur"].sum()) - trench_eur)


def works_with_waiting_eur(joint: JudgedPlan) -> float:
    """What a calendar costs [EUR of the first year]: all works, and the worth of the heat that does not flow yet within the horizon.

    The years live are worth what the network already counts for every connected building from the first day on; only waiting is counted here.
    """
    case = joint.case
    from_first_day = float(case.streets.heat_eur_per_year.sum() * case.discount[: case.years].sum())
    return joint.net_eur + from_first_day


def _years(joint: JudgedPlan) -> pd.Series:
    """Year index by key of a work."""
    return pd.Series(joint.year, index=pd.Index(joint.case.works.name))


def next_shares(pair: Pair) -> pd.Series:
    """Shares for the next design: what the calendar gave where heat lies; elsewhere the share that a section was tried with, after round 0 what it would bear.

    What a section would bear in the cheapest opening of others would otherwise call it back each round, to be left out again.
    """
    share = pair.trench["share"]
    if pair.alone:
        return share
    known = pair.asked.reindex(share.index).fillna(share)
    return share.where(pair.trench["eur_per_m"].notna(), known)


def moved_share(asked: pd.Series, trench: pd.DataFrame) -> float:
    """How far the price of the trench moved where heat is laid: sum of |difference| x length over the sum before."""
    laid = trench[trench["eur_per_m"].notna()]
    before = asked.reindex(laid.index).fillna(1.0)
    whole = float((before * laid["length_m"]).sum())
    return float(((laid["share"] - before).abs() * laid["length_m"]).sum()) / whole if whole > 0 else 0.0


def _regime(network: NetworkPart) -> str | None:
    """The temperature of the network that was chosen, else of the best looked at; none without a source."""
    variants = network.tables["network_variants"]
    if variants.empty:
        return None
    if variants["chosen"].any():
        return str(variants.index[variants["chosen"]][0])
    return str(variants["whole_eur_per_year"].idxmin())


def rounds_table(pairs: list[Pair], best: int) -> pd.DataFrame:
    """Network and calendar by round with what they cost together (contract TRENCH_ROUNDS); ``best``: the pair that is the plan."""
    rows = [_row(pair, at == best) for at, pair in enumerate(pairs)]
    index = pd.Index([str(at) for at in range(len(rows))], name="round", dtype="str")
    return tables.check(tables.TABLES["trench_rounds"], pd.DataFrame(rows, index=index))


def _row(pair: Pair, kept: bool) -> dict[str, object]:
    laid = pair.trench[pair.trench["eur_per_m"].notna()]
    length = laid["length_m"].to_numpy(float)
    metres = max(float(length.sum()), 1e-9)
    before = pair.asked.reindex(laid.index).fillna(1.0).to_numpy(float)
    first = pair.network.tables["connections"]
    return {
        "sections": len(laid), "buildings": int(first["connected"].sum()), "asked_share": float(before @ length) / metres,
        "borne_share": float(laid["share"].to_numpy(float) @ length) / metres, "moved_share": pair.moved_share,
        "heat_eur": pair.heat_eur, "works_eur": pair.works_eur, "whole_eur": pair.whole_eur, "kept": kept,
    }  # fmt: skip


def _loop_remark(pairs: list[Pair], best: int, enough: float, *, drawn: bool) -> RemarkRow:
    """How far the loop came and what the chosen round saves; no amount where it stands on ages that were drawn once."""
    rounds, pair = len(pairs) - 1, pairs[best]
    laid = pair.trench[pair.trench["eur_per_m"].notna()]
    share = float(np.average(laid["share"], weights=laid["length_m"])) if len(laid) else float("nan")
    bears = _percent(share) if len(laid) else ("-", "-")
    if not rounds:
        return tables.remark(
            "calendar", f"Het warmtenet is ontworpen alsof het elke sleuf alleen betaalt; in de kalender draagt het gemiddeld {bears[0]} van het openen en afsluiten. Met "
            "trench_rounds gaat die prijs terug naar het ontwerp.", f"The heat network was designed as if it paid every trench alone; in the calendar it bears {bears[1]} of "
            "opening and closing on average. With trench_rounds that price goes back to the design.", level="info", method="street-loop",
        )  # fmt: skip
    settled, moves = pairs[-1].moved_share < enough, _percent(pairs[-1].moved_share)
    done = ("de prijzen staan vast", "the prices have settled") if settled else (
        f"de prijzen bewegen nog {moves[0]}", f"the prices still move by {moves[1]}"
    )  # fmt: skip
    saved = f"{(pairs[0].whole_eur - pair.whole_eur) / MILLION:.2f}"
    less = ("net en kalender kosten dan samen het minst", "network and calendar then cost least together")
    if not drawn:
        less = (
            f"net en kalender kosten samen {saved.replace('.', ',')} miljoen euro minder dan wanneer het net elke sleuf alleen betaalt",
            f"network and calendar together cost {saved} million euro less than when the network pays every trench alone",
        )
    return tables.remark(
        "calendar", f"Het warmtenet is {rounds} keer opnieuw ontworpen met de prijs van de sleuf na delen ({done[0]}). Gekozen is ronde {best}: {less[0]}; het draagt gemiddeld {bears[0]} van het openen en afsluiten.",
        f"The heat network was designed again {rounds} times with the price of the trench after sharing ({done[1]}). Round {best} was chosen: {less[1]}; it bears {bears[1]} of opening and closing on average.",
        level="info" if settled else "warning", method="street-loop",
    )  # fmt: skip


def _percent(share: float) -> tuple[str, str]:
    """In Dutch and in English."""
    return f"{share:.0%}".replace("%", " %"), f"{share:.0%}"
