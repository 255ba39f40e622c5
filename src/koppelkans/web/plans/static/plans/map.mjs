// The moving map of a plan: tiles of the plan itself, layers to choose from, and rows of the table that take the reader to their place.
// Without this script, or without WebGL, the page shows a drawing and the table says the same.
import { Map as TileMap, NavigationControl, ScaleControl, addProtocol } from "../ui/vendor/maplibre-gl.mjs";
import { Protocol } from "../ui/vendor/pmtiles.mjs";
import { hatched, layersOf } from "./layers.mjs";

addProtocol("pmtiles", new Protocol().tile);

/** What the server put in a data block of the page. */
export const settingsOf = (id) => JSON.parse(document.getElementById(id).textContent);

/** Open a map in an element. Throws when the browser has no WebGL. */
export function openMap(element, settings, { first = settings.layers[0]?.key } = {}) {
  const map = new TileMap({
    container: element,
    style: {
      version: 8,
      sources: { plan: { type: "vector", url: `pmtiles://${new URL(settings.tiles, location.href)}`, promoteId: { buildings: "building" } } },
      layers: layersOf(settings, first),
    },
    bounds: settings.focus ?? settings.bounds,
    fitBoundsOptions: { padding: 24, maxZoom: 17.5 },
    minZoom: 10,
    maxZoom: 20,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    fadeDuration: 0,
    locale: {
      "Map.Title": settings.words.map,
      "NavigationControl.ZoomIn": settings.words.nearer,
      "NavigationControl.ZoomOut": settings.words.farther,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  // the wheel scrolls the page, unless the map has the focus or the reader asks for zoom
  map.scrollZoom.disable();
  element.addEventListener("wheel", (event) => {
    const wanted = event.ctrlKey || element.contains(document.activeElement);
    map.scrollZoom[wanted ? "enable" : "disable"]();
  }, { capture: true, passive: true });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  for (const button of element.querySelectorAll(".maplibregl-ctrl button")) button.classList.add("plain-button");
  map.once("style.load", () => { for (const [name, image] of hatched()) map.addImage(name, image, { pixelRatio: 2 }); });
  map.on("idle", () => { window.koppelkansMapIdle = (window.koppelkansMapIdle ?? 0) + 1; element.dataset.idle = "1"; });
  element.tileMap = map; // for whoever looks from outside, such as tests
  return map;
}

/** Show one layer of the settings and hide the others. */
export function showLayer(map, settings, key) {
  for (const layer of map.getStyle().layers) {
    const of = layer.metadata?.layer;
    if (of) map.setLayoutProperty(layer.id, "visibility", of === key ? "visible" : "none");
  }
  for (const legend of document.querySelectorAll("[data-legend]")) legend.hidden = legend.dataset.legend !== key;
}

/** What may be said of the thing at a point, in words. */
export function said(map, settings, point) {
  const near = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
  const found = (name) => map.queryRenderedFeatures(near, { layers: map.getStyle().layers.filter((layer) => layer["source-layer"] === name).map((layer) => layer.id) })[0];
  const building = settings.team ? found("buildings") : undefined;
  if (building) return buildingSaid(settings, building.properties);
  const pipe = found("pipes"), street = found("streets");
  const parts = [street?.properties.street || pipe?.properties.street || (street || pipe ? settings.words.unnamed : "")];
  if (pipe) parts.push(word(settings, "network", pipe.properties.diameter));
  if (street) {
    const { density_class: density, density_mwh_per_m: value, threshold_class: threshold } = street.properties;
    if (density) parts.push(`${value.toLocaleString(document.documentElement.lang)} ${settings.words.density}`);
    else if (!settings.team) parts.push(settings.words.hidden);
    if (threshold) parts.push(`${titleOf(settings, "threshold")}: ${word(settings, "threshold", threshold)}`);
  }
  return parts.filter(Boolean).join(": ").replace(/: (?=.*: )/g, ", ") || settings.words.none;
}

const word = (settings, layer, key) => settings.layers.find((one) => one.key === layer)?.classes.find((one) => one.key === key)?.title ?? "";
const titleOf = (settings, layer) => settings.layers.find((one) => one.key === layer)?.title ?? "";

function buildingSaid(settings, about) {
  if (!about.building) return settings.words.unheated;
  const address = [about.street || settings.words.unnamed, about.number].filter(Boolean).join(" ");
  const parts = [word(settings, "solution", about.solution), word(settings, "package", about.package), word(settings, "heat", about.heat)];
  if (about.connected) parts.push(settings.words.connected);
  return `${address} (${settings.words.building} ${about.building}): ${parts.filter(Boolean).join(", ")}`;
}

/** Tell a reader what stands where they point; the line is read aloud when it changes. */
export function tellAt(map, settings, line) {
  map.on("click", (event) => { line.textContent = said(map, settings, event.point); });
}

/** Go to a row: a box of west, south, east, north. */
export const flyTo = (map, box) => map.fitBounds(box, { padding: 60, maxZoom: 17.5, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });

/** Everything of the page that only makes sense with a moving map appears; its stand-in goes. */
export function reveal(root) {
  for (const part of root.querySelectorAll("[data-needs-map]")) part.hidden = false;
  for (const part of root.querySelectorAll("[data-without-map]")) part.hidden = true;
}

/** A map that cannot be drawn says so, and the drawing of the page takes its place. */
export function giveUp(element, settings) {
  element.hidden = true;
  for (const part of document.querySelectorAll("template[data-still]")) part.replaceWith(part.content.cloneNode(true));
  const line = document.querySelector("[data-said]");
  if (line) { line.hidden = false; line.textContent = settings.words.failed; }
}

/** Rows with a button that takes the reader there; a click elsewhere in the row does the same. */
export function wireRows(map) {
  for (const row of document.querySelectorAll("[data-box]")) {
    const go = () => {
      flyTo(map, row.dataset.box.split(",").map(Number));
      map.getContainer().scrollIntoView({ block: "nearest" });
      const line = document.querySelector("[data-said]");
      if (line) line.textContent = row.dataset.told ?? "";
    };
    row.classList.add("goes");
    row.addEventListener("click", (event) => { if (!event.target.closest("a, input, select, label")) go(); });
  }
}

function start(element) {
  const settings = settingsOf(element.dataset.map);
  let map;
  reveal(document);
  try { map = openMap(element, settings); } catch { giveUp(element, settings); return; }
  const line = document.querySelector("[data-said]");
  tellAt(map, settings, line);
  wireRows(map);
  for (const radio of document.querySelectorAll("input[name=laag]")) {
    radio.addEventListener("change", () => showLayer(map, settings, radio.value));
  }
  document.querySelector("[data-whole]")?.addEventListener("click", () => flyTo(map, settings.bounds));
  map.once("load", () => showLayer(map, settings, document.querySelector("input[name=laag]:checked")?.value));
}

for (const element of document.querySelectorAll("[data-map]")) start(element);
