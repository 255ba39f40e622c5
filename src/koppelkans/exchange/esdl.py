"""The heat network of a plan in ESDL, the Energy System Description Language of TNO, for the tools that design and simulate networks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.heat.pipes import pipe_table
from koppelkans.plan.network_layers import used_sources
from koppelkans.plan.record import Plan
from koppelkans.scenario import Source

NAMESPACE = "http://www.tno.nl/esdl"
VERSION = "v2401"
"""Oldest version of the metamodel that knows everything written here."""
WGS84 = "EPSG:4326"
CONFIDENTIAL = (
    "VERTROUWELIJK: werkdossier van het projectteam, met gegevens per gebouw; niet publiceren. "
    "CONFIDENTIAL: working file of the project team, holds data about single buildings; do not publish."
)
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_DIAMETERS = (6, 8, 10, 15, 20, 25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 650, 700, 800, 900, 1000, 1100, 1200)  # fmt: skip
"""Nominal diameters that ESDL has a word for."""
_W_PER_KW = 1_000.0
_MM_PER_M = 1_000.0
_EUR_PER_M = {"physicalQuantity": "COST", "unit": "EURO", "perUnit": "METRE", "description": "Kosten in EUR/m"}
_EUR_PER_MWH = {"physicalQuantity": "COST", "unit": "EURO", "perUnit": "WATTHOUR", "perMultiplier": "MEGA", "description": "Kosten in EUR/MWh"}  # fmt: skip
_MWH = {"physicalQuantity": "ENERGY", "unit": "WATTHOUR", "multiplier": "MEGA", "description": "Energie per jaar in MWh"}  # fmt: skip
_KW = {"physicalQuantity": "POWER", "unit": "WATT", "multiplier": "KILO", "description": "Vermogen in kW"}


def esdl_text(plan: Plan) -> str:
    """The network of a plan as an ESDL document: sources, supply and return pipes, joints, a heat demand for each connection.

    Positions in WGS84. Lengths, nominal diameters, powers and costs as in the plan; the cost of a trench (both pipes) stands at its supply
    pipe. Identifiers follow from the plan hash, so the same plan gives the same document. A team file: rows about single buildings.
    Raises DataError for a plan without a heat network. Method: docs/method.md#exchange-esdl.
    """
    variants = plan["network_variants"]
    if not len(plan["pipes"]) or not variants["chosen"].any():
        raise DataError(
            f"the plan of {plan.place.title} has no heat network, so there is nothing to write in ESDL; compute a plan with a heat source"
        )
    ElementTree.register_namespace("esdl", NAMESPACE)
    root = _Document(plan, variants.loc[variants["chosen"]].iloc[0]).root()
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<!-- {CONFIDENTIAL} -->\n{body}\n"


@dataclass
class _Port:
    """A port of an asset; it knows the ports it is joined to."""

    key: str
    element: ElementTree.Element

    def join(self, others: Iterable[_Port]) -> None:
        names = [other.key for other in others]
        if names:
            self.element.set("connectedTo", " ".join(names))


@dataclass
class _Side:
    """One of both sides of the network, supply or return: at each node the ports that bring water and the ports that take it."""

    bringing: dict[str, list[_Port]] = field(default_factory=lambda: defaultdict(list))
    taking: dict[str, list[_Port]] = field(default_factory=lambda: defaultdict(list))


class _Document:
    """One document while it is written."""

    def __init__(self, plan: Plan, variant: pd.Series) -> None:
        self.plan, self.variant = plan, variant
        self.pipes = plan["pipes"]
        self.supply, self.back = _Side(), _Side()
        located = gpd.GeoDataFrame(geometry=self.pipes.geometry, crs=plan.place.crs).to_crs(WGS84)
        self.lines = dict(zip(self.pipes.index, located.geometry, strict=True))
        ends = [(shapely.get_point(line, 0), shapely.get_point(line, -1)) for line in self.lines.values()]
        self.spots = dict(zip(self.pipes["to_node"], (end for _, end in ends), strict=True))
        self.spots |= dict(zip(self.pipes["from_node"], (begin for begin, _ in ends), strict=True))
        self.area = ElementTree.Element("area")

    def key(self, *about: str) -> str:
        """A lasting identifier: hash of the plan and what the thing is."""
        return str(uuid5(NAMESPACE_URL, "|".join([self.plan.run.plan_hash, *about])))

    def root(self) -> ElementTree.Element:
        """The whole document."""
        plan = self.plan
        root = ElementTree.Element(f"{{{NAMESPACE}}}EnergySystem", {
            "name": f"{plan.place.title}, {plan.scenario.title}", "id": self.key("system"), "esdlVersion": VERSION, "version": "1",
            "description": f"{CONFIDENTIAL} koppelkans {plan.run.engine_version}, plan {plan.run.plan_hash[:12]}, {plan.run.made_on}.",
        })  # fmt: skip
        self._information(root)
        instance = _child(root, "instance", "Instance", id=self.key("instance"), name=plan.scenario.title)
        self.area = _child(instance, "area", "Area", id=self.key("area"), name=plan.place.title, scope="NEIGHBOURHOOD")
        self._pipes()
        self._demands()
        self._sources()
        self._joints(self.supply, "Knoop", "supply")
        self._joints(self.back, "Knoop", "return", ending="_ret")
        return root

    def _information(self, root: ElementTree.Element) -> None:
        """Carriers with their temperatures, and whose data this rests on."""
        information = _child(root, "energySystemInformation", "EnergySystemInformation", id=self.key("information"))
        carriers = _child(information, "carriers", "Carriers", id=self.key("carriers"))
        temperatures = (("supplyTemperature", "supply_c", ""), ("returnTemperature", "return_c", "_ret"))
        for name, column, ending in temperatures:
            about = {name: _text(self.variant[column]), "id": self.carrier(ending), "name": f"Warmte{ending}"}
            _child(carriers, "carrier", "HeatCommodity", **about)
        sources = _child(information, "dataSources", "DataSources", id=self.key("data"))
        for number, item in enumerate(self.plan.place.attributions):
            about = {
                "name": item.layer,
                "attribution": item.line,
                "license": item.licence,
                "description": f"{item.dated} {item.note}".strip(),
            }
            _child(sources, "dataSource", "DataSource", id=self.key("data", str(number)), **about)

    def carrier(self, ending: str) -> str:
        """Identifier of the water of a side; tools find the return by the ending ``_ret``."""
        return self.key("carrier") + ending

    def _asset(self, kind: str, name: str, about: str, **more: str) -> ElementTree.Element:
        """An asset that stands; a tool may not leave it out."""
        return _child(
            self.area,
            "asset",
            kind,
            id=self.key(kind, about),
            name=name,
            originalIdInSource=about,
            state="ENABLED",
            **more,
        )

    def _port(self, asset: ElementTree.Element, kind: str, ending: str) -> _Port:
        key = self.key("port", asset.get("id", ""), kind)
        element = _child(asset, "port", f"{kind}Port", id=key, name=f"{kind}{ending}", carrier=self.carrier(ending))
        return _Port(key, element)

    def _pipes(self) -> None:
        """Supply and return of every trench; the return runs against the supply."""
        bores = pipe_table().set_index("diameter_mm")["inner_mm"] / _MM_PER_M
        digits = len(str(len(self.pipes)))
        for number, (key, row) in enumerate(self.pipes.to_dict("index").items(), start=1):
            size = int(row["diameter_mm"])
            about = {
                "length": _text(row["length_m"]), "diameter": f"DN{size}" if size in _DIAMETERS else "VALUE_SPECIFIED",
                "innerDiameter": _text(bores.get(size, size / _MM_PER_M)),
            }  # fmt: skip
            name, line = f"Leiding_{number:0{digits}d}", shapely.get_coordinates(self.lines[key])
            pair = [self._asset("Pipe", f"{name}{ending}", f"{key}{ending}", **about) for ending in ("", "_ret")]
            for one, other, ending, points in zip(pair, reversed(pair), ("", "_ret"), (line, line[::-1]), strict=True):
                one.set("related", other.get("id", ""))
                inward, outward = self._port(one, "In", ending), self._port(one, "Out", ending)
                side, begin, end = (
                    (self.supply, "from_node", "to_node") if not ending else (self.back, "to_node", "from_node")
                )
                side.taking[row[begin]].append(inward)
                side.bringing[row[end]].append(outward)
                _line(one, points)
            self._design(pair[0], row)

    def _design(self, pipe: ElementTree.Element, row: Mapping[Any, Any]) -> None:
        """Design power and cost of a trench, at its supply pipe."""
        kpis = _child(pipe, "KPIs", "KPIs", id=self.key("kpis", pipe.get("id", "")))
        kpi = _child(
            kpis,
            "kpi",
            "DoubleKPI",
            id=self.key("kpi", pipe.get("id", "")),
            name="Ontwerpvermogen",
            value=_text(row["design_kw"]),
        )
        _child(kpi, "quantityAndUnit", "QuantityAndUnitType", id=self.key("unit", pipe.get("id", ""), "kpi"), **_KW)
        cost = row["investment_eur"] / row["length_m"] if row["length_m"] > 0 else 0.0
        self._cost(pipe, "investmentCosts", cost, _EUR_PER_M, "Sleuf, aanvoer en retour samen")

    def _cost(self, asset: ElementTree.Element, what: str, value: float, unit: dict[str, str], name: str) -> None:
        about = (asset.get("id", ""), what)
        costs = _child(asset, "costInformation", "CostInformation", id=self.key("costs", *about))
        self._value(costs, what, value, unit, name)

    def _value(self, parent: ElementTree.Element, what: str, value: float, unit: dict[str, str], name: str) -> None:
        about = (parent.get("id", ""), what)
        single = _child(parent, what, "SingleValue", id=self.key("value", *about), name=name, value=_text(value))
        _child(single, "profileQuantityAndUnit", "QuantityAndUnitType", id=self.key("unit", *about), **unit)

    def _demands(self) -> None:
        """A heat demand at the end of every service pipe: power of the connection, heat a year."""
        services = self.pipes[self.pipes["kind"] == "service"]
        dwellings = self.plan.place.buildings["dwellings"]
        digits = len(str(len(services)))
        for number, row in enumerate(services.to_dict("records"), start=1):
            building, homes = str(row["building"]), int(dwellings.get(row["building"], 1))
            many = {"aggregated": "true", "aggregationCount": str(homes)} if homes > 1 else {}
            name, power = f"Aansluiting_{number:0{digits}d}", _text(row["design_kw"] * _W_PER_KW)
            asset = self._asset("HeatingDemand", name, building, power=power, **many)
            inward, outward = self._port(asset, "In", ""), self._port(asset, "Out", "_ret")
            self.supply.taking[row["to_node"]].append(inward)
            self.back.bringing[row["to_node"]].append(outward)
            self._value(inward.element, "profile", row["heat_mwh"], _MWH, "Warmte per jaar")
            _point(asset, self.spots[row["to_node"]])

    def _sources(self) -> None:
        """The source at every node where water enters the network: the nearest of those that the design names."""
        roots = [node for node in dict.fromkeys(self.pipes["from_node"]) if node not in set(self.pipes["to_node"])]
        candidates = used_sources(self.plan) or list(self.plan.scenario.sources)
        if not candidates:
            raise DataError("the scenario of this plan names no heat source; make the plan again with this version")
        at = gpd.GeoSeries.from_xy(
            [item.x_m for item in candidates], [item.y_m for item in candidates], crs=self.plan.place.crs
        )
        degrees = list(at.to_crs(WGS84))
        begins = {row["from_node"]: shapely.get_point(shape, 0) for row, shape in zip(self.pipes[["from_node"]].to_dict("records"), self.pipes.geometry, strict=True)}  # fmt: skip
        fed: dict[int, list[str]] = defaultdict(list)
        for node in roots:
            apart = np.array([begins[node].distance(spot) for spot in at])
            for nearest in np.flatnonzero(apart == apart.min()):  # plants at one spot all feed the network there
                fed[int(nearest)].append(node)
        for place_of, nodes in sorted(fed.items()):
            self._source(candidates[place_of], degrees[place_of], nodes)

    def _source(self, source: Source, spot: shapely.Point, nodes: list[str]) -> None:
        about = {"power": _text(source.capacity_kw * _W_PER_KW), "maxTemperature": _text(source.supply_c)}
        asset = self._asset("HeatProducer", source.name, source.name, description=source.note, **about)
        outward, inward = self._port(asset, "Out", ""), self._port(asset, "In", "_ret")
        for node in nodes:
            self.supply.bringing[node].append(outward)
            self.back.taking[node].append(inward)
        self._cost(asset, "variableOperationalCosts", source.price_eur_per_mwh, _EUR_PER_MWH, "Warmteprijs aan de bron")
        _point(asset, spot)

    def _joints(self, side: _Side, name: str, about: str, *, ending: str = "") -> None:
        """Ports joined at each node: one to one directly, others through a joint."""
        nodes = list(dict.fromkeys([*side.bringing, *side.taking]))
        digits = len(str(len(nodes)))
        wired: dict[str, list[_Port]] = defaultdict(list)
        ports = {port.key: port for ports in [*side.bringing.values(), *side.taking.values()] for port in ports}
        for number, node in enumerate(nodes, start=1):
            bring, take = side.bringing[node], side.taking[node]
            if not bring or not take:
                continue
            if len(bring) > 1 or len(take) > 1:
                joint = self._asset("Joint", f"{name}_{number:0{digits}d}{ending}", f"{node} {about}")
                inward, outward = self._port(joint, "In", ending), self._port(joint, "Out", ending)
                inward.join(bring)
                outward.join(take)
                _point(joint, self.spots[node])
                bring_to, take_from = inward, outward
            else:
                bring_to, take_from = take[0], bring[0]
            for port in bring:
                wired[port.key].append(bring_to)
            for port in take:
                wired[port.key].append(take_from)
        for key, others in wired.items():
            ports[key].join(others)


# ------------------------------------------------------------------------------------------------------------------------- XML


def _child(parent: ElementTree.Element, tag: str, kind: str, **about: str) -> ElementTree.Element:
    """A child of a class of ESDL; what is empty is left out."""
    told = {name: value for name, value in about.items() if value != ""}
    return ElementTree.SubElement(parent, tag, {_TYPE: f"esdl:{kind}", **told})


def _text(value: float) -> str:
    """A number that reads back as the same number."""
    return repr(float(value))


def _line(asset: ElementTree.Element, points: NDArray[np.float64]) -> None:
    line = _child(asset, "geometry", "Line", CRS="WGS84")
    for lon, lat in points:
        _child(line, "point", "Point", lat=_text(lat), lon=_text(lon))


def _point(asset: ElementTree.Element, spot: shapely.Point) -> None:
    _child(asset, "geometry", "Point", lat=_text(spot.y), lon=_text(spot.x), CRS="WGS84")
