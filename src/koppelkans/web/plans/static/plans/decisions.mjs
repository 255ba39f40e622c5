// Painting choices on the map. What is painted goes into a hidden field of the same form that the table belongs to; nothing is sent before
// the form is.
import { flyTo, giveUp, openMap, reveal, said, settingsOf, wireRows } from "./map.mjs";

const element = document.querySelector("[data-decide]");
const settings = settingsOf(element.dataset.decide);
const form = document.querySelector("[data-decisions]");
const line = document.querySelector("[data-said]");
const field = form.elements.painted;
const painted = {};
const before = settingsOf("painted-settings");
const fills = ["solution", "building-shapes", "solution-points"];

const brush = () => form.elements.penseel.value;
const unit = () => form.elements.eenheid.value;

/** Signs on chosen buildings: a plus for must, a cross for never; their edges in the colour of the choice. */
function addSigns(map) {
  const size = 32;
  const sign = (inside, [red, green, blue]) => {
    const data = new Uint8Array(size * size * 4);
    for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
      const round = Math.hypot(x - 15.5, y - 15.5) < 15;
      if (round) data.set(inside(x - 15.5, y - 15.5) ? [255, 255, 255, 255] : [red, green, blue, 255], (y * size + x) * 4);
    }
    return { width: size, height: size, data };
  };
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  map.addImage("sign-must", sign((x, y) => (Math.abs(x) < 2.5 || Math.abs(y) < 2.5) && Math.max(Math.abs(x), Math.abs(y)) < 9, rgb(settings.colours.must)), { pixelRatio: 2 });
  map.addImage("sign-never", sign((x, y) => Math.min(Math.abs(x - y), Math.abs(x + y)) < 3.5 && Math.max(Math.abs(x), Math.abs(y)) < 7.5, rgb(settings.colours.never)), { pixelRatio: 2 });
  const is = (name, yes, no) => ["case", ["==", ["feature-state", "choice"], name], yes, no];
  map.addLayer({ id: "choice-edge", type: "line", source: "plan", "source-layer": "buildings", paint: { "line-color": is("must", settings.colours.must, settings.colours.never), "line-width": is("must", 3, is("never", 3, 0)) } });
  map.addLayer({ id: "choice-spot", type: "circle", source: "plan", "source-layer": "buildings", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": is("must", 6, is("never", 6, 0)), "circle-color": is("must", settings.colours.must, settings.colours.never) } });
  for (const name of ["must", "never"]) {
    map.addLayer({ id: `choice-${name}`, type: "symbol", source: "plan", "source-layer": "buildings", minzoom: 15, layout: { "icon-image": `sign-${name}`, "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": 0.9 }, paint: { "icon-opacity": is(name, 1, 0) } });
  }
}

function mark(map, building, choice) {
  map.setFeatureState({ source: "plan", sourceLayer: "buildings", id: building }, { choice });
}

function paint(map, buildings) {
  for (const building of buildings) {
    painted[building] = brush();
    mark(map, building, brush());
    const row = document.querySelector(`tr[data-building="${CSS.escape(building)}"]`);
    const radio = row?.querySelector(`input[type=radio][value=${brush()}]`);
    if (radio) radio.checked = true;
  }
  field.value = Object.keys(painted).length ? JSON.stringify(painted) : "";
  line.textContent = `${settings.words.chosen.replace("{n}", Object.keys(painted).length)} (${settings.words[brush()]})`;
}

const shown = (map) => fills.filter((id) => map.getLayer(id));
const buildingsIn = (map, area) => [...new Set(map.queryRenderedFeatures(area, { layers: shown(map) }).map((one) => one.properties.building).filter(Boolean))];

function wireClicks(map) {
  map.on("click", (event) => {
    if (unit() === "frame") return;
    const found = map.queryRenderedFeatures(event.point, { layers: shown(map) }).find((one) => one.properties.building);
    if (!found) { line.textContent = said(map, settings, event.point); return; }
    if (unit() === "building") { paint(map, [found.properties.building]); return; }
    form.elements.straat_keuze.value = found.properties.street;
    form.elements.brush.value = brush();
    if (form.elements.straat_keuze.value) form.querySelector("button[value=street]").click();
  });
}

/** Drag a frame: everything inside is painted. */
function wireFrame(map) {
  let begin = null, frame = null;
  for (const radio of form.elements.eenheid) radio.addEventListener("change", () => map.dragPan[unit() === "frame" ? "disable" : "enable"]());
  map.on("mousedown", (event) => {
    if (unit() !== "frame") return;
    begin = event.point;
    frame = element.appendChild(document.createElement("div"));
    frame.className = "frame";
  });
  map.on("mousemove", (event) => {
    if (!begin) return;
    const [left, right] = [begin.x, event.point.x].sort((a, b) => a - b), [top, bottom] = [begin.y, event.point.y].sort((a, b) => a - b);
    Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  });
  map.on("mouseup", (event) => {
    if (!begin) return;
    paint(map, buildingsIn(map, [begin, event.point]));
    frame.remove();
    begin = null;
  });
}

/** The table follows the map and the map follows the table. */
function wireTable(map) {
  for (const row of document.querySelectorAll("tr[data-building]")) {
    for (const radio of row.querySelectorAll("input[type=radio]")) radio.addEventListener("change", () => {
      mark(map, row.dataset.building, radio.value);
      if (row.dataset.building in painted) { painted[row.dataset.building] = radio.value; field.value = JSON.stringify(painted); }
    });
  }
}

function start() {
  let map;
  reveal(document);
  try { map = openMap(element, settings, { first: "solution" }); } catch { giveUp(element, settings); return; }
  map.once("load", () => {
    addSigns(map);
    for (const [building, choice] of Object.entries(before)) mark(map, building, choice);
    wireClicks(map);
    wireFrame(map);
    wireTable(map);
    wireRows(map);
    if (settings.focus) flyTo(map, settings.focus);
  });
}

start();
