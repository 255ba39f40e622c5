// Two maps of two plans that move together, with a divider that shows the first on its left and the second on its right.
import { giveUp, openMap, reveal, said, settingsOf, showLayer } from "./map.mjs";

const swipe = document.querySelector("[data-swipe]");
const sides = [...swipe.querySelectorAll("[data-side]")];
const names = [...document.querySelectorAll(".swipe-names span")].map((name) => name.textContent);
// two maps on one page: each says whose it is
const settings = ["map-first", "map-second"].map(settingsOf).map((one, at) => ({ ...one, words: { ...one.words, map: `${names[at]}. ${one.words.map}` } }));
const range = document.getElementById("schuif");
const divider = swipe.querySelector(".divider");
const line = document.querySelector("[data-said]");

const place = () => {
  const share = Number(range.value);
  sides[1].style.clipPath = `inset(0 0 0 ${share}%)`;
  divider.style.left = `${share}%`;
};

/** Both maps show the same window; the one that moves leads. */
function together(maps) {
  let leading = false;
  maps.forEach((map, at) => map.on("move", () => {
    if (leading) return;
    leading = true;
    maps[1 - at].jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
    leading = false;
  }));
}

function start() {
  let maps;
  reveal(document);
  try { maps = sides.map((side, at) => openMap(side, settings[at])); } catch { giveUp(swipe, settings[0]); return; }
  together(maps);
  place();
  range.addEventListener("input", place);
  const tell = (event) => { line.textContent = maps.map((map, at) => `${names[at]}: ${said(map, settings[at], event.point)}`).join(" | "); };
  for (const map of maps) map.on("click", tell);
  for (const radio of document.querySelectorAll("input[name=laag]")) {
    radio.addEventListener("change", () => maps.forEach((map, at) => showLayer(map, settings[at], radio.value)));
  }
}

start();
