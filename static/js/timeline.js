// The charts of the timeline, in its pages only. [data-chart] holds groups of links, [data-bars]: the
// pins, then a row of bars for each item. With this file they are one tab stop, with arrows from one
// to the next, and .tip says what is shown.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  let pointedAt = null; // the bar of which the tip speaks
  let leaving = 0;
  const barOf = (event) => event.target.closest?.("[data-chart] [data-bars] a");
  const shapeOf = (bar) => $(".band, .pin", bar).getBoundingClientRect();
  const middleOf = (bar) => { const { left, right } = shapeOf(bar); return (left + right) / 2; };
  function makeStop(chart, bar) {
    $$("[data-bars] a", chart).forEach((each) => each.setAttribute("tabindex", each === bar ? "0" : "-1"));
  }
  function neighbour(bar, key) {
    const row = bar.closest("[data-bars]");
    const all = $$("a", row), at = all.indexOf(bar);
    if (key === "ArrowLeft" || key === "ArrowRight") return all[at + (key === "ArrowRight" ? 1 : -1)];
    if (key === "Home" || key === "End") return all.at(key === "Home" ? 0 : -1);
    const rows = $$("[data-bars]", bar.closest("[data-chart]"));
    const next = rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
    const away = (each) => { const { left, right } = shapeOf(each), here = middleOf(bar); return Math.max(left - here, here - right, 0); };
    return next && $$("a", next).reduce((best, each) => (away(each) < away(best) ? each : best));
  }
  function showTip(bar, x = middleOf(bar)) {
    const panel = bar.closest(".gantt-panel"), tip = $(".tip", panel);
    clearTimeout(leaving);
    pointedAt?.classList.remove("is-on");
    pointedAt = bar;
    bar.classList.add("is-on");
    const title = document.createElement("b");
    title.textContent = bar.closest("[data-tip]").dataset.tip;
    tip.replaceChildren(title, bar.dataset.text);
    tip.hidden = false;
    const frame = panel.getBoundingClientRect(), shape = shapeOf(bar);
    const left = Math.max(8, Math.min(x - frame.left - tip.offsetWidth / 2, frame.width - tip.offsetWidth - 8));
    const below = shape.bottom + 6 + tip.offsetHeight < innerHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${(below ? shape.bottom + 6 : shape.top - 6 - tip.offsetHeight) - frame.top}px`;
  }
  function hideTip() {
    clearTimeout(leaving);
    pointedAt?.classList.remove("is-on");
    pointedAt = null;
    $$(".tip").forEach((tip) => { tip.hidden = true; });
  }
  document.addEventListener("htmx:load", (event) => {
    $$("[data-chart]", event.target).forEach((chart) => makeStop(chart, $("[data-bars] a[href^='#']", chart)));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "timeline") return;
    $("#live").textContent = $("[data-announce]", event.target)?.textContent ?? "";
    const asked = event.detail.requestConfig?.elt.matches(".period");
    if (asked && !event.target.contains(document.activeElement)) ($("[aria-invalid]", event.target) ?? $("#period-chosen")).focus({ preventScroll: true });
  });
  // The tip may be pointed at as well: who sees a magnified page must be able to follow its words.
  document.addEventListener("pointerover", (event) => {
    const bar = barOf(event);
    if (bar) { if (bar !== pointedAt) showTip(bar, event.clientX); else clearTimeout(leaving); } else if (event.target.closest?.(".tip")) clearTimeout(leaving);
  });
  document.addEventListener("pointerout", (event) => {
    if (!pointedAt || (!barOf(event) && !event.target.closest?.(".tip"))) return;
    clearTimeout(leaving);
    leaving = setTimeout(() => { if (pointedAt !== document.activeElement) hideTip(); }, 150);
  });
  document.addEventListener("focusin", (event) => {
    const bar = barOf(event);
    if (!bar) return;
    makeStop(bar.closest("[data-chart]"), bar);
    showTip(bar);
  });
  document.addEventListener("focusout", (event) => { if (barOf(event)) hideTip(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
    const bar = barOf(event);
    if (!bar || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    neighbour(bar, event.key)?.focus();
  });
})();
