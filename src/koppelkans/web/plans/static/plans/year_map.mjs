// The map of works by year: a slider that shows which street sections have works in a year. Without script all of them are shown.

const control = document.querySelector("[data-year-map]");
const map = document.querySelector(".year-map");
if (control && map) {
  const slider = control.querySelector("input");
  const counts = JSON.parse(control.dataset.counts);
  const lines = [...map.querySelectorAll("path[data-years]")].map((path) => [path, path.dataset.years.split(" ")]);
  const told = control.querySelector("[data-told]");
  const show = () => {
    const year = slider.value;
    let sections = 0;
    for (const [path, years] of lines) {
      const now = years.includes(year);
      sections += now ? 1 : 0;
      path.classList.toggle("now", now);
    }
    control.querySelector("[data-year]").textContent = year;
    told.textContent = told.dataset.words.replace("{year}", year).replace("{works}", counts[year] ?? 0).replace("{sections}", sections);
  };
  control.hidden = false;
  map.classList.add("by-year");
  slider.addEventListener("input", show);
  show();
}
