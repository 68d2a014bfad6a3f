// Draws charts from the data beside them, keeps htmx parts alive; every page can be read without this file.
"use strict";
(() => {
  const draw = (root) => {
    if (!window.echarts) return;
    for (const box of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
      const data = document.getElementById(box.dataset.chart);
      if (!data) continue;
      box.dataset.drawn = "1";
      const chart = echarts.init(box, null, { renderer: "canvas", devicePixelRatio: Math.max(2, devicePixelRatio) });
      const option = JSON.parse(data.textContent);
      option.animation = false;
      option.tooltip = Object.assign({ renderMode: "richText", confine: true }, option.tooltip || {});
      option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
      chart.setOption(option);
      chart.on("click", (event) => { if (event.data && event.data.href) location.assign(event.data.href); });
      addEventListener("resize", () => chart.resize());
    }
  };
  const start = (root) => {
    draw(root);
    // Forms marked so are sent as soon as a choice is made; without a script their button does it.
    for (const form of root.querySelectorAll("form[data-auto]:not([data-live])")) {
      form.dataset.live = "1";
      form.addEventListener("change", (event) => { if (event.target.matches("select, input[type=checkbox]")) form.requestSubmit(); });
    }
    // A second look before what cannot be taken back.
    for (const form of root.querySelectorAll("form[data-ask]:not([data-asked])")) {
      form.dataset.asked = "1";
      form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });
    }
  };
  addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:after:swap", () => start(document));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
})();
