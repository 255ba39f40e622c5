// One map out of several: layers, zoom and pan, and what a street says when it is pointed at or chosen.
// Everything works on what is in the page; without this script the maps stand one below the other.
"use strict";
for (const atlas of document.querySelectorAll(".atlas")) {
  const figures = [...atlas.querySelectorAll("figure")];
  const view = atlas.querySelector(".view");
  const said = atlas.querySelector(".said");
  const list = atlas.querySelector("select");
  const windows = figures.map((figure) => figure.querySelector("svg.window"));
  const [, , width, height] = windows[0].getAttribute("viewBox").split(" ").map(Number);
  const hint = said.textContent;
  const most = 24;
  let place = { x: 0, y: 0, zoom: 1 };
  let active = 0;

  // A street says its name and values; the browser's own tooltip makes way for the line below the map.
  const marks = new Map();
  for (const mark of atlas.querySelectorAll(".marks title")) {
    marks.set(mark.parentNode, mark.textContent);
    mark.remove();
  }
  const nameOf = (mark) => marks.get(mark).split(": ")[0];

  const listed = () => {
    const names = [...marks.keys()].filter((mark) => windows[active].contains(mark)).map(nameOf);
    const sorted = [...new Set(names)].sort((a, b) => a.localeCompare(b, document.documentElement.lang));
    const chosen = list.value;
    list.replaceChildren(list.options[0], ...sorted.map((name) => new Option(name, name)));
    list.value = sorted.includes(chosen) ? chosen : "";
  };

  const draw = () => {
    const w = width / place.zoom, h = height / place.zoom;
    place.x = Math.min(Math.max(place.x, 0), width - w);
    place.y = Math.min(Math.max(place.y, 0), height - h);
    for (const one of windows) one.setAttribute("viewBox", `${place.x} ${place.y} ${w} ${h}`);
    for (const group of atlas.querySelectorAll(".marks")) {
      group.dataset.width ??= group.getAttribute("stroke-width");
      group.setAttribute("stroke-width", group.dataset.width / place.zoom ** 0.65);
    }
    for (const spot of atlas.querySelectorAll(".spot")) {
      spot.dataset.at ??= spot.getAttribute("transform");
      spot.setAttribute("transform", `${spot.dataset.at} scale(${place.zoom ** -0.65})`);
    }
    atlas.querySelectorAll(".scale").forEach(scale);
    view.classList.toggle("near", place.zoom > 1);
  };

  const scale = (bar) => {
    const metres = bar.dataset.metres / place.zoom;
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
    const length = steps.filter((step) => step <= (width / 4) * metres).pop() ?? 1;
    const pixels = length / metres;
    const path = bar.querySelector("path"), text = bar.querySelector("text");
    path.setAttribute("d", path.getAttribute("d").replace(/h[\d.]+/, `h${pixels.toFixed(1)}`));
    bar.querySelector("rect").setAttribute("width", pixels + 16);
    text.setAttribute("x", 16 + pixels / 2);
    text.textContent = length < 1000 ? `${length} m` : `${length / 1000} km`;
  };

  const zoom = (factor, x = place.x + width / place.zoom / 2, y = place.y + height / place.zoom / 2) => {
    const next = Math.min(Math.max(place.zoom * factor, 1), most);
    place = { x: x - ((x - place.x) * place.zoom) / next, y: y - ((y - place.y) * place.zoom) / next, zoom: next };
    draw();
  };
  const pan = (right, down) => {
    place.x += (right * width) / place.zoom / 5;
    place.y += (down * height) / place.zoom / 5;
    draw();
  };
  const moves = {
    nearer: () => zoom(1.6), farther: () => zoom(1 / 1.6), whole: () => { place = { x: 0, y: 0, zoom: 1 }; draw(); },
    west: () => pan(-1, 0), east: () => pan(1, 0), north: () => pan(0, -1), south: () => pan(0, 1),
  };

  const show = (name) => {
    const here = [...marks].filter(([mark]) => windows[active].contains(mark));
    for (const [mark] of here) mark.classList.toggle("pointed", name !== "" && nameOf(mark) === name);
    const told = here.filter(([mark]) => nameOf(mark) === name).map(([, words]) => words.slice(name.length + 2));
    const text = name === "" ? hint : `${name}: ${[...new Set(told)].join("; ")}`;
    if (said.textContent !== text) said.textContent = text;
  };
  const goTo = (name) => {
    show(name);
    const boxes = [...marks.keys()].filter((mark) => windows[active].contains(mark) && nameOf(mark) === name).map((mark) => mark.getBBox());
    if (!boxes.length) return;
    const left = Math.min(...boxes.map((box) => box.x)) / 10, right = Math.max(...boxes.map((box) => box.x + box.width)) / 10;
    const top = Math.min(...boxes.map((box) => box.y)) / 10, bottom = Math.max(...boxes.map((box) => box.y + box.height)) / 10;
    const near = Math.min(width / (right - left + 30), height / (bottom - top + 30), 6);
    place.zoom = Math.max(near, 1);
    place.x = (left + right) / 2 - width / place.zoom / 2;
    place.y = (top + bottom) / 2 - height / place.zoom / 2;
    draw();
  };
  const choose = (number) => {
    active = number;
    figures.forEach((figure, at) => { figure.hidden = at !== number; });
    listed();
    show(list.value);
  };

  // Thin lines are hard to hit: look a few pixels around the pointer.
  const markAt = (event) => {
    for (const [right, down] of [[0, 0], [4, 0], [-4, 0], [0, 4], [0, -4]]) {
      const found = document.elementFromPoint(event.clientX + right, event.clientY + down);
      if (marks.has(found)) return found;
    }
    return null;
  };
  const inMap = (event) => {
    const box = windows[active].getBoundingClientRect();
    return [place.x + ((event.clientX - box.left) / box.width) * (width / place.zoom), place.y + ((event.clientY - box.top) / box.height) * (height / place.zoom), box.width];
  };

  let grip = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && windows[active].contains(event.target)) grip = { x: event.clientX, y: event.clientY, moved: false };
  });
  view.addEventListener("pointermove", (event) => {
    if (grip && (event.pointerType === "mouse" || place.zoom > 1)) {
      const pixel = width / place.zoom / inMap(event)[2];
      const right = event.clientX - grip.x, down = event.clientY - grip.y;
      if (!grip.moved && Math.hypot(right, down) < 4) return;
      if (!grip.moved) view.setPointerCapture(event.pointerId);
      place.x -= right * pixel;
      place.y -= down * pixel;
      grip = { x: event.clientX, y: event.clientY, moved: true };
      draw();
      return;
    }
    const mark = markAt(event);
    show(mark ? nameOf(mark) : list.value);
  });
  view.addEventListener("pointerup", (event) => {
    if (grip && !grip.moved) {
      const mark = markAt(event);
      list.value = mark ? nameOf(mark) : "";
      show(list.value);
    }
    grip = null;
  });
  view.addEventListener("pointercancel", () => { grip = null; });
  view.addEventListener("pointerleave", () => { if (!grip) show(list.value); });
  view.addEventListener("dblclick", (event) => zoom(2, ...inMap(event).slice(0, 2)));
  // The wheel scrolls the page, unless the map has the focus or the reader asks for zoom.
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== view) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, ...inMap(event).slice(0, 2));
  }, { passive: false });
  const keys = { ArrowLeft: "west", ArrowRight: "east", ArrowUp: "north", ArrowDown: "south", "+": "nearer", "=": "nearer", "-": "farther", 0: "whole" };
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    moves[keys[event.key]]();
  });
  for (const button of atlas.querySelectorAll("button")) button.addEventListener("click", moves[button.dataset.move]);
  for (const radio of atlas.querySelectorAll("input")) radio.addEventListener("change", () => choose(Number(radio.value)));
  list.addEventListener("change", () => (list.value === "" ? show("") : goTo(list.value)));
  addEventListener("beforeprint", moves.whole);

  for (const part of atlas.querySelectorAll(".controls, .said")) part.hidden = false;
  view.tabIndex = 0;
  choose(0);
  draw();
}
