"""ESDL, the Energy System Description Language of TNO: heat sources, pipes and heat demands of a file, in the coordinates of a place.

Read with the XML reader of Python itself; a document type declaration is refused, so no entity is ever expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import reference_table
from koppelkans.tables import RemarkRow

NAMESPACE = "http://www.tno.nl/esdl"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LARGEST_BYTES = 200_000_000
_W_PER_KW = 1_000.0
_MM_PER_M = 1_000.0
_WATT = {"KILO": 1e3, "MEGA": 1e6, "GIGA": 1e9, "NONE": 1.0, "": 1.0}
_J_PER_WH = 3_600.0
_WH_PER_MWH = 1e6
_LENGTH_DIFFERS = 0.1
HEAT_SOURCES = (
    "HeatProducer", "ResidualHeatSource", "GeothermalSource", "GenericProducer", "SourceProducer", "HeatPump", "GasHeater", "ElectricBoiler", "Boiler",
    "Heater", "CHP",
)  # fmt: skip
"""Classes of ESDL that are a heat source where they feed a heat carrier; inside a building they are no source of a network."""
_ONLY_HEAT = ("HeatProducer", "ResidualHeatSource", "GeothermalSource")
_RETURN_ENDINGS = ("_ret", "_return", "_retour")


@dataclass(frozen=True, slots=True)
class EsdlSystem:
    """What an ESDL file says about a heat network, in metres of the coordinate system that was asked.

    pipes: index ``pipe``, a row per trench: ``name``, ``diameter_mm``, ``capacity_kw``, ``length_m``, ``supply_c``, ``return_c``, ``year``; NaN where
    the file is silent. sources: keys are fields of a heat source of a scenario; a key that the file does not give is absent.
    demands: index ``demand``: ``name``, ``power_kw``, ``heat_mwh``.
    """

    name: str
    pipes: gpd.GeoDataFrame
    sources: list[dict[str, Any]]
    demands: gpd.GeoDataFrame
    remarks: list[RemarkRow]


def read_esdl(path: Path | str, *, crs: str) -> EsdlSystem:
    """Heat sources, pipes and demands of an ESDL file; the return pipe of a trench is not repeated, what is switched off or optional is left out.

    ``crs``: metric coordinate system of the place. Raises DataError: no file, not XML, not ESDL, nothing in it; and all at once for a pipe or
    source without geometry, an unknown coordinate system, coordinates out of range, a source without power, a pipe with neither diameter nor
    capacity. Method: docs/method.md#exchange-esdl.
    """
    file = Path(path)
    root = _root(file)
    system = _System(file.name, root, crs)
    pipes, sources, demands = system.pipes(), system.sources(), system.demands()
    if system.faults:
        raise DataError(f"{file.name} cannot be used", system.faults)
    if pipes.empty and not sources and demands.empty:
        raise DataError(
            f"{file.name} holds no heat source, no pipe on a heat carrier and no heat demand that is switched on; nothing can be taken from it"
        )
    return EsdlSystem(root.get("name") or file.stem, pipes, sources, demands, system.remarks(pipes, sources))


# ------------------------------------------------------------------------------------------------------------------------- XML


class _NoDoctype(ElementTree.TreeBuilder):
    """A tree builder that stops at a document type declaration: it could hold entities that grow without end."""

    def doctype(self, *_declared: str | None) -> None:
        """Refuses."""
        raise DataError("a document type declaration (DOCTYPE) is not accepted")


def _root(file: Path) -> ElementTree.Element:
    if not file.is_file():
        raise DataError(f"no ESDL file at {file}")
    if file.stat().st_size > _LARGEST_BYTES:
        raise DataError(
            f"{file.name} is larger than {_LARGEST_BYTES / 1e6:.0f} MB; export only the part around the neighbourhood"
        )
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314  no DOCTYPE, so no entities
    try:
        with file.open("rb") as stream:
            while part := stream.read(1 << 20):
                parser.feed(part)
        root = parser.close()
    except ElementTree.ParseError as error:
        raise DataError(f"{file.name} is not ESDL: it cannot be read as XML ({error})") from error
    except DataError as error:
        raise DataError(f"{file.name} cannot be read: {error.message}; save it again as plain ESDL") from error
    if root.tag != f"{{{NAMESPACE}}}EnergySystem":
        raise DataError(f"{file.name} is not ESDL: it begins with {_local(root.tag)}, expected esdl:EnergySystem")
    return root


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def _kind(element: ElementTree.Element) -> str:
    return _local(element.get(_TYPE, ""))


def _number(element: ElementTree.Element | None, name: str) -> float:
    """A number in an attribute; NaN when it is absent, zero as well as empty: ESDL writes 0 for not known."""
    text = "" if element is None else element.get(name, "")
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) and value != 0 else float("nan")


def _about(element: ElementTree.Element) -> str:
    return element.get("name") or element.get("id") or "without name"


# ---------------------------------------------------------------------------------------------------------------------- assets


@dataclass
class _System:
    """One file while it is read: assets by class, carriers and faults."""

    file: str
    root: ElementTree.Element
    crs: str
    faults: list[str] = field(default_factory=list)
    left_out: int = 0
    twice: int = 0
    guessed: int = 0

    def __post_init__(self) -> None:
        self.carriers = {item.get("id", ""): item for item in self.root.iter("carrier")}
        self.units = {item.get("id", ""): item for item in self.root.iter("quantityAndUnit")}
        self.transformers: dict[str, Transformer | None] = {}

    def _assets(self, kinds: tuple[str, ...], *, in_buildings: bool) -> Iterator[ElementTree.Element]:
        """Assets of some classes that are switched on, in the order of the file."""
        homes = self.root.iter() if in_buildings else self.root.iter("area")
        for home in homes:
            for asset in home.findall("asset"):
                if _kind(asset) not in kinds:
                    continue
                if asset.get("state", "ENABLED") == "ENABLED":
                    yield asset
                else:
                    self.left_out += 1

    def _carriers_of(self, asset: ElementTree.Element, port: str = "") -> list[ElementTree.Element]:
        ports = [item for item in asset.findall("port") if port in _kind(item)]
        return [self.carriers[item.get("carrier", "")] for item in ports if item.get("carrier", "") in self.carriers]

    def pipes(self) -> gpd.GeoDataFrame:
        """Supply pipes; see ``EsdlSystem``."""
        found = [asset for asset in self._assets(("Pipe",), in_buildings=False) if self._carries_heat(asset)]
        by_id = {asset.get("id", ""): asset for asset in found}
        rows, seen = [], set[str]()
        for asset in found:
            pair = [by_id[name] for name in asset.get("related", "").split() if name in by_id]
            if self._is_return(asset, pair) or any(other.get("id", "") in seen for other in pair):
                self.twice += 1
                continue
            seen.add(asset.get("id", ""))
            rows.append(self._pipe(asset, pair))
        columns = ["pipe", "name", "diameter_mm", "capacity_kw", "length_m", "supply_c", "return_c", "year", "geometry"]
        frame = pd.DataFrame(rows, columns=columns)
        frame.index = pd.Index(_unique(frame.pop("pipe")), name="pipe", dtype="str")
        numbers = dict.fromkeys(["diameter_mm", "capacity_kw", "length_m", "supply_c", "return_c", "year"], "float64")
        return gpd.GeoDataFrame(frame.astype(numbers | {"name": "str"}), geometry="geometry", crs=self.crs)

    def _carries_heat(self, asset: ElementTree.Element) -> bool:
        """Whether a pipe carries heat; one without a carrier is taken, ESDL leaves it open."""
        carriers = self._carriers_of(asset)
        return not carriers or any(_kind(item) == "HeatCommodity" for item in carriers)

    def _is_return(self, asset: ElementTree.Element, pair: list[ElementTree.Element]) -> bool:
        supply, back = self._temperatures(asset)
        if not np.isnan(supply) or not np.isnan(back):
            return bool(np.isnan(supply))
        names = (asset.get("name", "").lower(), asset.get("id", "").lower())
        return bool(pair) and any(name.endswith(_RETURN_ENDINGS) for name in names)

    def _temperatures(self, asset: ElementTree.Element) -> tuple[float, float]:
        found = [
            (_number(item, "supplyTemperature"), _number(item, "returnTemperature"))
            for item in self._carriers_of(asset)
        ]
        return _first(value for value, _ in found), _first(value for _, value in found)

    def _pipe(self, asset: ElementTree.Element, pair: list[ElementTree.Element]) -> dict[str, Any]:
        line = self._geometry(asset, "pipe", ("LineString",))
        supply_c, return_c = self._temperatures(asset)
        return_c = _first([return_c, *[self._temperatures(other)[1] for other in pair]])
        diameter, capacity = self._diameter_mm(asset), _number(asset, "capacity") / _W_PER_KW
        if np.isnan(diameter) and np.isnan(capacity):
            self.faults.append(f"pipe {_about(asset)} has no diameter, inner diameter or capacity")
        drawn_m = line.length if line is not None else float("nan")
        length_m = _first([_number(asset, "length"), drawn_m])
        if abs(length_m - drawn_m) > _LENGTH_DIFFERS * max(drawn_m, 1.0):
            self.guessed += 1
        date = asset.get("commissioningDate", "")[:4]
        return {
            "pipe": asset.get("id") or _about(asset), "name": _about(asset), "diameter_mm": diameter, "capacity_kw": capacity,
            "length_m": length_m, "supply_c": supply_c, "return_c": return_c, "year": float(date) if date.isdigit() else float("nan"),
            "geometry": line,
        }  # fmt: skip

    def _diameter_mm(self, asset: ElementTree.Element) -> float:
        """Nominal diameter: as named, else the size of the pipe table whose bore lies nearest."""
        named = asset.get("diameter", "").removeprefix("DN")
        if named.isdigit():
            return float(named)
        bore_mm = _number(asset, "innerDiameter") * _MM_PER_M
        if np.isnan(bore_mm):
            return float("nan")
        sizes = reference_table("pipes")
        return float(sizes["diameter_mm"].iloc[int((sizes["inner_mm"] - bore_mm).abs().argmin())])

    def sources(self) -> list[dict[str, Any]]:
        """Heat sources of a network; see ``EsdlSystem``."""
        found = []
        for asset in self._assets(HEAT_SOURCES, in_buildings=False):
            carriers = [item for item in self._carriers_of(asset, "OutPort") if _kind(item) == "HeatCommodity"]
            if not carriers and _kind(asset) not in _ONLY_HEAT:
                continue
            shape, power_kw = (
                self._geometry(asset, "heat source", ("Point", "Polygon")),
                _number(asset, "power") / _W_PER_KW,
            )
            if np.isnan(power_kw) or power_kw < 0:
                self.faults.append(
                    f"heat source {_about(asset)} has no power [W]; without it the network cannot be sized"
                )
            spot = shape.representative_point() if shape is not None else shapely.Point(0, 0)
            values = {
                "x_m": spot.x, "y_m": spot.y, "capacity_kw": power_kw,
                "supply_c": _first([_number(asset, "maxTemperature"), *[_number(item, "supplyTemperature") for item in carriers]]),
                "price_eur_per_mwh": self._price_eur_per_mwh(asset),
            }  # fmt: skip
            known = {name: value for name, value in values.items() if not np.isnan(value)}
            found.append({"name": _about(asset), **known, "note": f"ESDL {_kind(asset)}, {self.file}"})
        names = _unique(pd.Series([item["name"] for item in found], dtype="str"))
        return [item | {"name": name} for item, name in zip(found, names, strict=True)]

    def _price_eur_per_mwh(self, asset: ElementTree.Element) -> float:
        """Price of a MWh of heat, from costs that are stated per unit of energy; NaN without."""
        costs = asset.find("costInformation")
        stated = [None if costs is None else costs.find(name) for name in ("variableOperationalCosts", "marginalCosts")]
        return _first(_plain(item) * self._per_mwh(item) for item in stated if item is not None)

    def _per_mwh(self, profile: ElementTree.Element) -> float:
        unit = self._unit(profile)
        if unit is None or unit.get("unit") != "EURO" or unit.get("perTimeUnit", "NONE") != "NONE":
            return float("nan")
        size_wh = {"WATTHOUR": 1.0, "JOULE": 1.0 / _J_PER_WH}.get(unit.get("perUnit", ""), float("nan"))
        size_wh *= _WATT.get(unit.get("perMultiplier", ""), float("nan"))
        return _WATT.get(unit.get("multiplier", ""), float("nan")) * _WH_PER_MWH / size_wh

    def _unit(self, profile: ElementTree.Element) -> ElementTree.Element | None:
        unit = profile.find("profileQuantityAndUnit")
        if unit is not None and _kind(unit) == "QuantityAndUnitReference":
            return self.units.get(unit.get("reference", ""))
        return unit

    def demands(self) -> gpd.GeoDataFrame:
        """Heat demands, those in buildings too; one without geometry is left out and counted."""
        rows = []
        for asset in self._assets(("HeatingDemand",), in_buildings=True):
            if asset.find("geometry") is None:
                self.left_out += 1
                continue
            shape = self._geometry(asset, "heat demand", ("Point", "Polygon"))
            rows.append({
                "demand": asset.get("id") or _about(asset), "name": _about(asset), "power_kw": _number(asset, "power") / _W_PER_KW,
                "heat_mwh": self._yearly_mwh(asset), "geometry": None if shape is None else shape.representative_point(),
            })  # fmt: skip
        frame = pd.DataFrame(rows, columns=["demand", "name", "power_kw", "heat_mwh", "geometry"])
        frame.index = pd.Index(_unique(frame.pop("demand")), name="demand", dtype="str")
        frame = frame.astype({"name": "str", "power_kw": "float64", "heat_mwh": "float64"})
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=self.crs)

    def _yearly_mwh(self, asset: ElementTree.Element) -> float:
        profiles = [
            item for port in asset.findall("port") for item in port.findall("profile") if _kind(item) == "SingleValue"
        ]
        for profile in profiles:
            unit = self._unit(profile)
            if unit is not None and unit.get("physicalQuantity") == "ENERGY":
                size_wh = {"WATTHOUR": 1.0, "JOULE": 1.0 / _J_PER_WH}.get(unit.get("unit", ""), float("nan"))
                return _plain(profile) * size_wh * _WATT.get(unit.get("multiplier", ""), float("nan")) / _WH_PER_MWH
        return float("nan")

    # ------------------------------------------------------------------------------------------------------------------ geometry

    def _geometry(self, asset: ElementTree.Element, what: str, expected: tuple[str, ...]) -> BaseGeometry | None:
        """The shape of an asset in the coordinates of the place; None, with a fault, where it has none that can be used."""
        shape = asset.find("geometry")
        about = f"{what} {_about(asset)}"
        if shape is None:
            self.faults.append(f"{about} has no geometry")
            return None
        points = [shape] if _kind(shape) == "Point" else list(shape.iter("point"))
        named = next((item.get("CRS", "") for item in [shape, *points] if item.get("CRS")), "WGS84")
        transformer = self._transformer(named, about)
        if transformer is None:
            return None
        degrees = transformer.source_crs is None or transformer.source_crs.is_geographic
        at = np.array([(_coordinate(item, "lon"), _coordinate(item, "lat")) for item in points]).reshape(-1, 2)
        if not np.isfinite(at).all() or (degrees and (np.abs(at) > [180.0, 90.0]).any()):
            self.faults.append(f"{about}: a coordinate is missing or outside -180 to 180 and -90 to 90 degrees")
            return None
        metres = np.column_stack(transformer.transform(at[:, 0], at[:, 1]))
        made = _shape(_kind(shape), metres)
        if made is None or made.geom_type not in expected or not np.isfinite(metres).all():
            wanted = " or ".join(expected).replace("LineString", "Line of at least two points")
            self.faults.append(f"{about} has a geometry of kind {_kind(shape) or '?'}, expected {wanted}")
            return None
        return made

    def _transformer(self, named: str, about: str) -> Transformer | None:
        if named not in self.transformers:
            self.transformers[named] = None
            try:
                code = "EPSG:4326" if named.upper().replace("-", "").replace(" ", "") == "WGS84" else named
                self.transformers[named] = Transformer.from_crs(CRS.from_user_input(code), self.crs, always_xy=True)
            except CRSError:
                self.faults.append(f"{about}: coordinate system {named} is not known; expected WGS84 or an EPSG code")
        return self.transformers[named]

    # ------------------------------------------------------------------------------------------------------------------- remarks

    def remarks(self, pipes: gpd.GeoDataFrame, sources: list[dict[str, Any]]) -> list[RemarkRow]:
        """What was left out or taken on trust."""
        rows = [tables.remark(
            "network", f"Uit {self.file} (ESDL): {len(pipes)} leidingen en {len(sources)} warmtebronnen; retourleidingen tellen niet apart ({self.twice}), wat "
            f"uitgeschakeld, optioneel of zonder ligging is, telt niet mee ({self.left_out}).", f"From {self.file} (ESDL): {len(pipes)} pipes and "
            f"{len(sources)} heat sources; return pipes do not count apart ({self.twice}), what is switched off, optional or without geometry is "
            f"left out ({self.left_out}).", level="info", method="exchange-esdl",
        )]  # fmt: skip
        if self.guessed:
            rows.append(tables.remark(
                "network", f"{self.guessed} leidingen in {self.file} hebben een opgegeven lengte die meer dan 10 % van hun getekende lijn verschilt; de opgegeven "
                "lengte is gebruikt.", f"{self.guessed} pipes in {self.file} state a length more than 10 % away from their drawn line; the length stated "
                "is used.", method="exchange-esdl",
            ))  # fmt: skip
        silent = [item["name"] for item in sources if "price_eur_per_mwh" not in item or "supply_c" not in item]
        if silent:
            rows.append(tables.remark(
                "network", f"{self.file} zegt geen warmteprijs of geen temperatuur voor {', '.join(silent[:3])}: vul ze aan in het scenario.", f"{self.file} "
                f"gives no heat price or no temperature for {', '.join(silent[:3])}: add them in the scenario.", level="warning", method="exchange-esdl",
            ))  # fmt: skip
        return rows


def _first(values: Any) -> float:
    """The first number that is known; NaN when none is."""
    return next((float(value) for value in values if not np.isnan(value)), float("nan"))


def _plain(profile: ElementTree.Element) -> float:
    """The value of a single value, zero included."""
    return _coordinate(profile, "value")


def _coordinate(element: ElementTree.Element, name: str) -> float:
    try:
        return float(element.get(name, ""))
    except ValueError:
        return float("nan")


def _shape(kind: str, at: Any) -> BaseGeometry | None:
    if kind == "Point":
        return shapely.Point(at[0])
    if kind == "Line" and len(np.unique(at, axis=0)) > 1:
        return shapely.LineString(at)
    if kind == "Polygon" and len(np.unique(at, axis=0)) > 2:
        return shapely.MultiPoint(at).convex_hull
    return None


def _unique(names: pd.Series) -> list[str]:
    """The same names, a number behind those that come again."""
    seen: dict[str, int] = {}
    answer = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        answer.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return answer
