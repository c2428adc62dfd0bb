// The dashboard's behaviour in the page. State lives on the server and in the DOM; without this
// file everything still works by plain forms. No inline code, no dependency but htmx.
//
// Sections: small tools · steps (a draft saved gesture by gesture) · reorder (drag, lift, shortcuts)
// · select (several rows) · search (combobox) · dialog · page (theme, menus, pictures, messages).
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = document.addEventListener.bind(document);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let saved = 0; // the timer after which a draft is said to be saved
  // What lies behind a dialog is not read: there, the dialog's own region speaks.
  function say(text) {
    const live = $("dialog[open] [data-live]") ?? $("#live");
    if (!live || !text) return;
    live.textContent = "";
    live.textContent = text;
    if (saved) saySaved();
  }
  // Once nothing else has been said for a while: it interrupts nobody.
  function saySaved() {
    clearTimeout(saved);
    saved = setTimeout(() => {
      saved = 0;
      const changes = $("#dock strong")?.textContent;
      if (changes) say(phrase(document.body.dataset.saySaved, { changes }));
    }, 10_000);
  }
  const phrase = (template, values) => (template || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // --- Steps ------------------------------------------------------------------------------------
  // Each gesture changes the page at once and queues one request. Requests of a column go out one
  // by one, each with the version that the answer before it brought. An answer that comes while
  // more is under way is not shown but kept: to go back to if a later step fails, and to show once
  // the column is at rest. A refusal empties the queue: its answer is the list as it truly is.

  // key -> {queue, current: the step under way, epoch: counts gestures, kept: {rows, parts} of the list
  // as the server last gave it, fresh: whether the page does not show that yet, missed: fresh lists
  // were refused}
  const columns = new Map();
  const stateOf = (key) => {
    if (!columns.has(key)) columns.set(key, { queue: [], current: null, epoch: 0, kept: null, fresh: false, missed: false });
    return columns.get(key);
  };
  const sectionOf = (element) => element.closest("[data-column]");
  const listOf = (key) => $(`ol[data-listing="${key}"]`);
  const rowsOf = (list) => [...list.children].filter((child) => child.matches("[data-id]"));
  const announce = (section, name, values) => say(phrase(section.dataset["say" + name], values));
  const isBusy = (key) => { const { current, queue } = stateOf(key); return Boolean(current || queue.length || held?.key === key); };

  let latest = {}; // the latest step
  let walks = []; // undos and redos that wait for the answer which says in what list the next one is
  function step(key, operation) {
    const state = stateOf(key);
    latest = operation;
    operation.key = key;
    if (!operation.way) walks = []; // they would take back this one
    state.epoch += 1;
    const last = state.queue.at(-1);
    if (operation.coalesce && last?.url === operation.url) state.queue.pop(); // only the last place counts
    state.queue.push(operation);
    next(key);
  }

  // Undo and redo, after whatever is still under way; the answer shows the list and says what it did.
  function walk(way) {
    const { key } = latest;
    if (way === "undo" && key && !latest.way && isBusy(key)) return walkIn(key, way); // of the gesture that is under way
    walks.push(way);
    walkOn();
  }
  function walkOn() {
    if (!walks.length || [...columns.keys()].some(isBusy)) return;
    const way = walks.shift(), key = document.getElementById(way)?.form?.id.slice(0, -5);
    if (key) walkIn(key, way);
    else walkOn();
  }
  function walkIn(key, way) {
    step(key, { way, url: `${$(`#${key}-column`).dataset.url}${way}/`, done: () => {
      const rows = ($("#toast [data-changed]")?.dataset.changed ?? "").split(" ").map((id) => document.getElementById(id)).filter(Boolean);
      rows.forEach((row) => row.classList.add("is-fresh"));
      rows[0]?.scrollIntoView({ block: "nearest" });
    } });
  }
  on("click", (event) => {
    const button = event.target.closest?.("[data-action=undo], [data-action=redo]");
    if (!button) return;
    event.preventDefault();
    // The message tells of one step: a second click of a double click would take back another one.
    if (event.detail < 2 || button.id !== "toast-walk") walk(button.dataset.action);
  });
  // A search field in which nothing was typed since it was emptied has nothing of its own to undo.
  const isTyping = (target) => target.closest?.("input:not([type=checkbox], [type=radio], [data-untouched]), textarea, select, [contenteditable]");
  on("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || held || isTyping(event.target) || $("dialog[open]")) return;
    const way = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
    if (!way || !document.getElementById(way)) return;
    event.preventDefault();
    walk(way);
  });

  // Keys of one character, which somebody who speaks to the machine must be able to turn off.
  const singleKeys = () => !/(^|; )shortcuts=off/.test(document.cookie);
  const showKeys = () => document.body.toggleAttribute("data-no-keys", !singleKeys());
  showKeys();
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || held || event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]") || !singleKeys()) return;
    const help = $("[data-action=shortcuts]"), field = $("[role=combobox]");
    if (event.key === "?" && help) help.click();
    else if (event.key === "/" && field) field.focus();
    else return;
    event.preventDefault();
  });
  on("change", (event) => {
    if (!event.target.matches("[data-single-keys]")) return;
    document.cookie = `shortcuts=${event.target.checked ? "on" : "off"}; path=/; max-age=31536000; samesite=lax`;
    showKeys();
  });

  async function next(key) {
    const state = stateOf(key);
    if (state.current) return;
    if (!state.queue.length) return rest(key);
    const operation = state.current = state.queue.shift();
    try {
      // Not the form itself, nor its FormData: all buttons of all rows are in it.
      const fields = [...$$("input", $(`#${key}-form`)), $(`#${key}-list > [name=shown]`)], values = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
      await htmx.ajax("POST", operation.url, { source: `#${key}-column`, swap: "none", values: { ...values, ...operation.values } });
    } catch {
      // No answer came: the listener of htmx:sendError has said so.
    } finally {
      state.current = null;
      next(key);
    }
  }

  // Remember the list as the server gave it, before a gesture changes it: gestures change its order.
  const keep = (key) => { stateOf(key).kept ??= { rows: rowsOf(listOf(key)) }; };
  // Of the rows that look as they did when the page asked, an answer holds the ids alone.
  function given(key, list) {
    const known = new Map((stateOf(key).kept?.rows ?? rowsOf(listOf(key))).map((row) => [row.dataset.id, row]));
    const rows = rowsOf($("ol", list)).map((row) => {
      if (!("same" in row.dataset)) return row;
      const same = known.get(row.dataset.id);
      if (same.matches(".is-fresh")) same.classList.remove("is-fresh"); // else it would be written, too
      return same;
    });
    return { rows, parts: list };
  }

  // Nothing of the editor's is under way any more: catch up with what could not be shown meanwhile.
  function rest(key) {
    if (isBusy(key)) return;
    const state = stateOf(key);
    if (state.fresh) showKept(key);
    state.kept = null;
    if (state.missed) { state.missed = false; htmx.trigger(document.body, "check"); }
    walkOn();
  }

  function showKept(key) {
    const state = stateOf(key);
    renew(key, state.kept);
    state.kept = null;
    state.fresh = false;
  }

  // Show a list as the server gave it. Rows that look as they did stay, with their pictures and the
  // focus; on a narrow screen their actions stay open; and what is selected stays so.
  function renew(key, { rows, parts }) {
    const list = listOf(key), refocus = rememberFocus();
    const shown = new Map(rowsOf(list).map((row) => [row.id, row]));
    let at = list.firstElementChild;
    const settled = new Set(rows.map((row, index) => {
      const was = shown.get(row.id);
      shown.delete(row.id); // a portal may hold an item twice
      number(row, index + 1);
      if (was) number(was, index + 1);
      if (was?.matches("[data-open]")) {
        row.dataset.open = "";
        $(".item__more", row).setAttribute("aria-expanded", "true");
      }
      if (was?.isEqualNode(row)) row = was;
      else if (was) {
        if ($(".item__pick:checked", was)) $(".item__pick", row).checked = true;
        was.replaceWith(row);
        if (at === was) at = row;
      }
      if (row === at) at = at.nextElementSibling; else list.insertBefore(row, at);
      return row;
    }));
    rowsOf(list).forEach((row) => settled.has(row) || row.remove());
    if (parts) {
      // The form stays: all buttons of all rows are in it, and would look for another one.
      const form = $(`#${key}-form`), given = form && $(`[id="${form.id}"]`, parts);
      if (given) {
        $$("input", given).forEach(({ name, value }) => { $(`[name=${name}]`, form).value = value; });
        given.remove();
      }
      const to = $(".picks [name=to]", parts);
      if (to) to.value = $(".picks [name=to]", list.parentNode)?.value ?? 1;
      const around = [...parts.children], place = around.findIndex((part) => part.matches("ol"));
      list.hidden = around[place].hidden;
      for (const part of [...list.parentNode.children]) if (part !== list && part !== form) part.remove();
      list.before(...around.slice(0, place));
      list.after(...around.slice(place + 1));
    }
    refocus();
  }

  function failed(key, text) {
    forget(key);
    if (stateOf(key).kept) showKept(key);
    showMessage(text);
  }
  function forget(key) {
    stateOf(key).queue = [];
    walks = [];
    if (held?.key === key) drop(false);
  }

  // The function that comes back puts the focus where it was, or near: what held it was replaced.
  function rememberFocus() {
    const active = document.activeElement, row = active?.closest(".items > [data-id]"), key = active && sectionOf(active)?.dataset.column;
    if (!active || active === document.body) return () => {};
    const { action } = active.dataset, name = active.id ? `[id="${active.id}"]` : action ? `[data-action="${action}"]` : row && `.${active.classList[0]}`;
    return () => {
      const now = document.activeElement, again = row && document.getElementById(row.id);
      if (now !== document.body && now.isConnected && !now.disabled) return;
      for (const target of [name && (again || !row) && $(name, again ?? document), again && $(".item__handle", again), $(`#${key}-q`), $("#main")]) {
        if (!target || target.disabled) continue;
        target.focus({ preventScroll: true });
        if (document.activeElement === target) return;
      }
    };
  }

  // Words about a request that failed, where they can be seen: over the board, or in the dialog.
  function showMessage(text) {
    const region = $("#dialog[open] .dialog__body") ?? $("#messages");
    if (!region) return;
    clearMessage();
    const banner = $("#trouble").content.firstChild.cloneNode(true);
    banner.role = "alert";
    banner.lastChild.textContent = text;
    if (region.id === "messages") region.replaceChildren(banner); else region.prepend(banner);
    banner.scrollIntoView({ block: "nearest" });
  }
  const clearMessage = () => $$("[data-said]").forEach((banner) => banner.remove());

  // What comes next on the page takes the focus of somebody who closes the message.
  function closeToast() {
    const toast = $("#toast"), isThere = toast?.contains(document.activeElement);
    toast?.replaceChildren();
    if (isThere) ($("#dock a") ?? $("#main")).focus({ preventScroll: true });
  }

  const keyOf = (element) => element?.dataset?.column; // the column from which steps are sent

  let source = null; // the element whose answer is being swapped
  let refocus = null; // puts the focus back after the swap
  let liveEpochs = new Map();

  on("htmx:beforeRequest", (event) => {
    if (event.target.id === "live-lists") liveEpochs = new Map([...columns].map(([key, state]) => [key, state.epoch]));
  });
  on("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // What a proxy says in our place (502 while we start anew) has nothing that could be shown.
    if (xhr.status >= 400 && !/^vary:.*hx-request/im.test(xhr.getAllResponseHeaders())) return Object.assign(event.detail, { shouldSwap: false, isError: true });
    source = event.detail.requestConfig?.elt ?? null;
    refocus = rememberFocus();
    const key = keyOf(source);
    if (key && xhr.status >= 400) forget(key);
  });
  // What the editor is changing is not replaced by an answer from before the change.
  on("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail, key = sectionOf(target)?.dataset.column;
    const isList = target.id === `${key}-list`;
    let answer;
    if (source?.id === "live-lists") {
      const changed = [...columns.keys()].filter((each) => isBusy(each) || (liveEpochs.get(each) ?? 0) !== stateOf(each).epoch);
      if (key ? changed.includes(key) : ["dock", "board-head"].includes(target.id) && changed.length) {
        event.preventDefault();
        changed.forEach((each) => { stateOf(each).missed = true; });
        return queueMicrotask(() => changed.forEach(rest));
      }
      // Another tab made a step: what this one tells of is not the last any more.
      if (isList && $("[name=version]", target)?.value !== $("[name=version]", fragment)?.value) closeToast();
    } else if (isList && columns.has(key)) {
      const state = stateOf(key);
      state.fresh = Boolean(state.queue.length || held?.key === key);
      answer = given(key, fragment.firstElementChild);
      state.kept = state.fresh ? answer : null;
      if (state.fresh) {
        event.preventDefault();
        for (const name of ["version", "shown"]) $(`#${key}-list [name=${name}]`).value = $(`[name=${name}]`, fragment).value;
        return;
      }
    }
    if (!isList) return;
    event.preventDefault();
    renew(key, answer ?? given(key, fragment.firstElementChild));
  });
  on("htmx:afterSettle", () => {
    refocus?.();
    refocus = null;
  });
  on("htmx:afterRequest", (event) => {
    const key = keyOf(event.detail.requestConfig?.elt);
    if (!key || !event.detail.successful) return;
    if (event.detail.xhr.status < 400) {
      saySaved();
      stateOf(key).current?.done?.();
    } else $("#messages [role=alert]")?.scrollIntoView({ block: "nearest" });
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    on(name, (event) => {
      const elt = event.detail.requestConfig?.elt, key = keyOf(elt), words = document.body.dataset;
      const isAnswered = name === "htmx:responseError";
      if (elt?.id === "live-lists") return; // asked again in a minute; nothing of the editor's is at stake
      if (key) {
        failed(key, isAnswered ? words.sayFailed : words.sayOffline);
        if (!isAnswered) htmx.trigger(document.body, "check"); // it may be saved all the same
        return;
      }
      release(elt);
      closePop(elt?.closest?.("[data-combo]"));
      showMessage(elt?.dataset.sayUnsure ?? (isAnswered ? words.sayTrouble : words.sayCut));
    });
  }

  // --- Reorder ----------------------------------------------------------------------------------

  const EDGE = 64, SPEED = 16, SLOP = 4, HOLD = 150;
  let held = null; // the row in hand: {key, list, row, from, to, rows, …}
  let pressed = null; // a press on a grip that is not a drag yet

  const number = (row, position) => { const place = $(".item__pos", row); if (place.textContent !== String(position)) place.textContent = position; };
  const renumber = (list) => rowsOf(list).forEach((row, index) => number(row, index + 1));

  // The rows from one place to another, whichever comes first.
  const span = (rows, one, other) => rows.slice(Math.min(one, other), Math.max(one, other) + 1);

  // The row keeps the focus and the pointer. Where a browser cannot move it with them (moveBefore),
  // its neighbours are moved. Only the rows that it passes, or `passed` before, get other numbers.
  function put(list, row, index, passed = index) {
    const rows = rowsOf(list), from = rows.indexOf(row);
    if (list.moveBefore) list.moveBefore(row, rows[index < from ? index : index + 1] ?? null);
    else if (index < from) row.after(...rows.slice(index, from)); else if (index > from) row.before(...rows.slice(from + 1, index + 1));
    rows.splice(index, 0, ...rows.splice(from, 1));
    const first = Math.min(from, index, passed), last = Math.max(from, index, passed);
    span(rows, first, last).forEach((each, at) => number(each, first + at + 1));
  }

  // Let rows glide from where they are seen to where a change puts them. All is read before anything
  // is written, so that the page is laid out once.
  function glide(rows, change) {
    const isSeen = ({ was }) => was.bottom > 0 && was.top < innerHeight;
    const seen = calm.matches ? [] : rows.map((row) => ({ row, was: row.getBoundingClientRect() })).filter(isSeen);
    change();
    for (const each of seen) each.is = each.row.getBoundingClientRect();
    for (const { row, was, is } of seen) {
      const x = was.left - is.left, y = was.top - is.top;
      if (x || y) row.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 160, easing: "cubic-bezier(.2,.7,.2,1)" });
    }
  }

  function saveMove(key, row, index) {
    const url = `${sectionOf(row).dataset.itemsUrl}${row.dataset.id}/move/`;
    step(key, { url, values: { to: index + 1 }, coalesce: true });
  }

  function moveTo(row, index) {
    const { column: key } = sectionOf(row).dataset, list = listOf(key);
    keep(key);
    const rows = rowsOf(list);
    glide(span(rows, rows.indexOf(row), index), () => put(list, row, index));
    row.scrollIntoView({ block: "nearest" });
    saveMove(key, row, index);
  }

  // Without lifting: the buttons, and Alt with an arrow.
  function nudge(row, where) {
    const section = sectionOf(row), key = section.dataset.column, list = listOf(key);
    const rows = rowsOf(list), from = rows.indexOf(row);
    const index = { up: from - 1, down: from + 1, top: 0 }[where];
    const title = row.dataset.title;
    if (index < 0 || (where === "top" && from === 0)) return announce(section, "First", { title });
    if (index >= rows.length) return announce(section, "Last", { title });
    moveTo(row, index);
    announce(section, { up: "Up", down: "Down", top: "Top" }[where], { title, position: index + 1, count: rows.length });
  }

  // The dialog that asks for a position.
  on("submit", (event) => {
    const row = document.getElementById(event.target.dataset.place);
    if (!row) return;
    event.preventDefault();
    const section = sectionOf(row), count = rowsOf(row.parentNode).length, position = Math.min(event.target.elements.to.value, count);
    event.target.closest("dialog").close();
    moveTo(row, position - 1);
    announce(section, "Dropped", { title: row.dataset.title, position, count });
  });

  function remove(row) {
    const section = sectionOf(row), key = section.dataset.column;
    keep(key);
    const near = row.nextElementSibling ?? row.previousElementSibling;
    const list = row.parentNode;
    row.remove();
    renumber(list);
    (near ? $(".item__handle", near) : $(`#${key}-q`))?.focus({ preventScroll: true });
    step(key, { url: `${section.dataset.itemsUrl}${row.dataset.id}/remove/` });
    announce(section, "Removed", { title: row.dataset.title });
  }

  function restore(button) {
    const section = sectionOf(button), key = section.dataset.column;
    const url = button.getAttribute("formaction");
    const id = url.split("/").at(-3);
    keep(key);
    step(key, { url, done: () => {
      const row = document.getElementById(`${key}-${id}`);
      if (!row) return;
      announce(section, "Restored", { title: button.dataset.title, position: rowsOf(row.parentNode).indexOf(row) + 1 });
      $(".item__handle", row).focus();
    } });
  }

  function lift(row, pointer) {
    const section = sectionOf(row), key = section.dataset.column, list = listOf(key);
    const rows = rowsOf(list), from = rows.indexOf(row);
    keep(key);
    held = { key, section, list, row, rows, from, to: from, pointer, title: row.dataset.title, count: rows.length };
    row.classList.add("item--lifted", "is-drawn");
    const grip = $(".item__handle", row);
    grip.setAttribute("aria-pressed", "true");
    const chip = document.createElement("span");
    chip.className = "chip is-acc item__was";
    chip.textContent = phrase(section.dataset.was, { position: from + 1 });
    chip.hidden = true;
    $(".item__title", row).after(chip);
    held.chip = chip;
    announce(section, "Lifted", { title: held.title, position: from + 1, count: held.count });
    if (pointer) startDrag();
  }

  function startDrag() {
    // From here on only transforms are written, which leave the geometry as it is.
    held.shift = held.row.offsetHeight;
    held.gap = document.createElement("li");
    held.gap.className = "gap";
    held.gap.setAttribute("aria-hidden", "true");
    held.list.append(held.gap);
    held.shown = held.from;
    follow();
    held.frame = requestAnimationFrame(tick);
  }

  function scrollAtEdge(y) {
    const by = y < EDGE ? -SPEED * (1 - Math.max(y, 0) / EDGE) : y > innerHeight - EDGE ? SPEED * (1 - Math.max(innerHeight - y, 0) / EDGE) : 0;
    if (by) scrollBy(0, by);
  }

  function tick() {
    if (!held?.pointer) return;
    const { y } = held.pointer;
    scrollAtEdge(y);
    follow();
    held.frame = requestAnimationFrame(tick);
  }

  function follow() {
    const { row, rows, from, shown, pointer, list, shift } = held;
    const offset = pointer.y + scrollY - pointer.startY;
    const aside = Math.max(-24, Math.min(24, pointer.x - pointer.startX));
    const middleOf = (each) => each.offsetTop + each.offsetHeight / 2, middle = middleOf(row) + offset;
    let to = from;
    while (to > 0 && middle < middleOf(rows[to - 1])) to -= 1;
    while (to < rows.length - 1 && middle > middleOf(rows[to + 1])) to += 1;
    held.to = to;
    const top = to <= from ? rows[to].offsetTop : rows[to].offsetTop + rows[to].offsetHeight - shift;
    row.style.transform = `translate(${aside}px, ${offset}px)`;
    if (to === shown && held.gap.style.transform) return;
    held.shown = to;
    for (let index = Math.min(shown, to); index <= Math.max(shown, to); index += 1) {
      if (index === from) continue;
      const by = index >= to && index < from ? 1 : index <= to && index > from ? -1 : 0;
      rows[index].classList.add("is-aside");
      rows[index].style.transform = by ? `translateY(${by * shift}px)` : "";
      number(rows[index], index + 1 + by);
    }
    number(row, to + 1);
    held.gap.style.height = `${shift}px`;
    held.gap.style.transform = `translateY(${top}px)`;
    held.gap.textContent = phrase(held.section.dataset.number, { position: to + 1 });
    held.chip.hidden = to === from;
    announce(held.section, "Position", { position: to + 1, count: held.count });
  }

  function moveHeld(index) {
    const target = Math.max(0, Math.min(index, held.count - 1));
    if (target === held.to) return announce(held.section, index < 0 || target === 0 ? "First" : "Last", { title: held.title });
    glide(span(rowsOf(held.list), held.to, target), () => put(held.list, held.row, target));
    held.to = target;
    held.chip.hidden = target === held.from;
    held.row.scrollIntoView({ block: "nearest" });
    announce(held.section, "Position", { position: target + 1, count: held.count });
  }

  function drop(isMeant) {
    const { key, section, list, row, rows, from, to, pointer, title, count, chip, gap, frame } = held;
    held = null;
    glide(span(rows, from, to), () => {
      if (pointer) {
        cancelAnimationFrame(frame);
        gap.remove();
        // A row that has a style differs from what the server gives. Chromium writes the attribute
        // late: asked first, it is really there to be removed.
        for (const each of rows.filter((each) => each === row || each.matches(".is-aside"))) {
          each.classList.remove("is-aside");
          if (each.hasAttribute("style")) each.removeAttribute("style");
        }
      }
      row.classList.remove("item--lifted");
      $(".item__handle", row).setAttribute("aria-pressed", "false");
      chip.remove();
      put(list, row, isMeant ? to : from, to);
    });
    if (isMeant && to !== from) saveMove(key, row, to); else rest(key);
    announce(section, isMeant ? "Dropped" : "Cancelled", { title, position: (isMeant ? to : from) + 1, count });
  }

  on("pointerdown", (event) => {
    const grip = event.target.closest?.(".item__handle");
    if (!grip || event.button !== 0 || !event.isPrimary || held?.pointer) return;
    if (held) drop(true);
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    const pointer = { id: event.pointerId, x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY + scrollY };
    pressed = { grip, pointer };
    if (event.pointerType === "touch") pressed.timer = setTimeout(() => begin(), HOLD);
  });
  function begin() {
    const { grip, pointer, timer } = pressed;
    clearTimeout(timer);
    pressed = null;
    if (grip.isConnected) lift(grip.closest("[data-id]"), pointer);
  }
  on("pointermove", (event) => {
    const pointer = held?.pointer ?? pressed?.pointer;
    if (pointer?.id !== event.pointerId) return;
    pointer.x = event.clientX;
    pointer.y = event.clientY;
    if (pressed && Math.hypot(pointer.x - pointer.startX, pointer.y + scrollY - pointer.startY) >= SLOP) begin();
  });
  const letGo = (event, isMeant) => {
    if (pressed?.pointer.id === event.pointerId) { clearTimeout(pressed.timer); pressed = null; }
    if (held?.pointer?.id === event.pointerId) { if (isMeant) follow(); drop(isMeant); }
  };
  on("pointerup", (event) => letGo(event, true));
  on("pointercancel", (event) => letGo(event, false));
  addEventListener("blur", () => { if (held?.pointer) drop(false); });
  // Assistive technology "clicks" a grip without a pointer.
  on("click", (event) => {
    const grip = event.target.closest?.(".item__handle");
    if (grip && event.detail === 0) held ? drop(true) : lift(grip.closest("[data-id]"), null);
  });
  on("focusout", (event) => {
    if (held && !held.pointer && event.target === $(".item__handle", held.row)) drop(true);
  });

  on("keydown", (event) => {
    if (held && event.key === "Escape") { event.preventDefault(); return drop(false); }
    if (held?.pointer) return;
    const row = event.target.closest?.(".items > [data-id]");
    if (!row || !$(".item__handle", row)) return;
    const onGrip = event.target.matches(".item__handle");
    const key = `${event.altKey ? "Alt+" : ""}${event.shiftKey && event.key === " " ? "Shift+" : ""}${event.key}`;
    const lifted = held?.row === row;
    const grip = onGrip && (() => (lifted ? drop(true) : lift(row, null)));
    const act = {
      " ": grip,
      Enter: grip,
      "Shift+ ": onGrip && !lifted && (() => pick(row)),
      ArrowUp: lifted && (() => moveHeld(held.to - 1)),
      ArrowDown: lifted && (() => moveHeld(held.to + 1)),
      Home: lifted && (() => moveHeld(0)),
      End: lifted && (() => moveHeld(held.count - 1)),
      "Alt+ArrowUp": !lifted && (() => nudge(row, "up")),
      "Alt+ArrowDown": !lifted && (() => nudge(row, "down")),
      "Alt+Home": !lifted && (() => nudge(row, "top")),
      Delete: onGrip && !lifted && (() => remove(row)),
    }[key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!(event.repeat && (key === " " || key === "Enter"))) act();
  });

  on("click", (event) => {
    const button = event.target.closest?.("[data-column] :is(button[data-action], [data-picks])");
    if (!button || button.disabled) return;
    // After the first click of a double click another row lies under the pointer.
    if (event.detail > 1) return event.preventDefault();
    const row = button.closest(".items > [data-id]");
    const action = button.dataset.action;
    if (held) drop(true); // assistive technology clicks without moving the focus
    if (row && ["up", "down", "top"].includes(action)) nudge(row, action);
    else if (row && action === "remove") remove(row);
    else if (action === "restore") restore(button);
    else return;
    event.preventDefault();
  });

  // --- Select -----------------------------------------------------------------------------------
  // Several rows, by checkboxes while [data-selecting] is on the column, to move or remove together.

  const picked = (key) => $$(".item__pick:checked", listOf(key));
  function count(key) {
    const section = $(`#${key}-column`), words = $("[data-picked]", section);
    if (words) words.textContent = phrase(section.dataset.picked, { count: picked(key).length });
  }
  function select(section, isOn) {
    const { column: key } = section.dataset;
    section.toggleAttribute("data-selecting", isOn);
    $("[data-select]", section).setAttribute("aria-pressed", isOn);
    if (!isOn) picked(key).forEach((box) => { box.checked = false; });
    count(key);
  }
  function pick(row) {
    const section = sectionOf(row), box = $(".item__pick", row);
    select(section, true);
    box.click();
    if (!section.contains(document.activeElement) || document.activeElement.closest(".item__handle")) box.focus({ preventScroll: true });
  }
  on("change", (event) => {
    if (!event.target.matches(".item__pick")) return;
    const section = sectionOf(event.target), { column: key } = section.dataset;
    count(key);
    announce(section, event.target.checked ? "Picked" : "Unpicked", { title: event.target.closest("[data-id]").dataset.title, count: picked(key).length });
  });
  on("click", (event) => {
    const toggle = event.target.closest?.("[data-select]");
    if (toggle) return select(sectionOf(toggle), toggle.getAttribute("aria-pressed") !== "true");
    const row = event.target.closest?.(".items > [data-id]");
    if (!row || !event.shiftKey || event.target.closest("a, button, input") || !$(".item__pick", row)) return;
    event.preventDefault();
    pick(row);
  });
  on("submit", (event) => {
    if (!event.target.matches(".picks")) return;
    event.preventDefault();
    const section = sectionOf(event.target), { column: key } = section.dataset, way = event.submitter?.dataset.picks ?? "move";
    const item = picked(key).map((box) => box.value), to = event.target.elements.to.value;
    if (!item.length) return announce(section, "None");
    step(key, { url: `${section.dataset.url}${way}/`, values: way === "move" ? { item, to } : { item }, done: () => {
      count(key);
      announce(section, way === "move" ? "SeveralMoved" : "SeveralRemoved", { count: item.length, position: to });
    } });
  });
  on("htmx:afterSettle", () => $$("[data-selecting]").forEach((section) => count(section.dataset.column)));

  // --- Search -----------------------------------------------------------------------------------

  const comboOf = (input) => ({ input, form: input.form, pop: $(".pop", input.form), key: input.dataset.listing });
  const options = (combo) => $$("[role=option]", combo.pop);
  const openPop = (combo) => { combo.pop.hidden = false; combo.input.setAttribute("aria-expanded", options(combo).length > 0); };
  function closePop(form) {
    const input = form && $("[role=combobox]", form);
    if (!input) return;
    $(".pop", form).hidden = true;
    $("[type=number]", form).value = ""; // unseen, it would hold for the next one
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(combo, option) {
    options(combo).forEach((each) => each.setAttribute("aria-selected", each === option));
    if (option) { combo.input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else combo.input.removeAttribute("aria-activedescendant");
  }
  function propose({ input, pop }) {
    if (pop.hidden) htmx.trigger(input, "search"); // anew: results from before say where things were
  }
  function add(combo, option, at) {
    const { id, title, place: listed, to: key } = option.dataset, section = $(`#${key}-column`);
    if (listed) return announce(section, "Listed", { title, position: listed });
    htmx.trigger(combo.input, "htmx:abort");
    combo.input.value = "";
    combo.input.dataset.untouched = "";
    const place = $("[type=number]", combo.form);
    at ||= place.value;
    closePop(combo.form);
    $(".combo__results", combo.pop).replaceChildren();
    combo.input.focus();
    keep(key);
    step(key, {
      url: `${section.dataset.itemsUrl}${id}/add/`,
      values: at ? { at } : {},
      done: () => {
        const row = document.getElementById(`${key}-${id}`);
        if (!row) return;
        row.scrollIntoView({ block: "nearest" });
        row.classList.add("is-fresh");
        announce(section, "Added", { title, position: rowsOf(row.parentNode).indexOf(row) + 1 });
      },
    });
  }

  on("submit", (event) => {
    if (!event.target.matches("[data-combo]")) return;
    event.preventDefault(); // Enter chooses an option; it does not leave the board
  });
  on("input", (event) => { delete event.target.dataset.untouched; });
  on("change", (event) => {
    if (event.target.closest("[data-combo] .search-filters")) htmx.trigger($("[role=combobox]", event.target.form), "search");
  });
  on("htmx:beforeRequest", (event) => {
    const { target, detail } = event;
    if (!target.matches?.("[role=combobox]")) return;
    // What was typed before something was chosen is not searched for any more.
    if ("untouched" in target.dataset && detail.requestConfig.triggeringEvent?.type === "input") event.preventDefault();
    else openPop(comboOf(target));
  });
  on("htmx:afterSwap", (event) => {
    const input = event.detail.requestConfig?.elt;
    if (!input?.matches?.("[role=combobox]")) return;
    const combo = comboOf(input);
    $(".combo__results", combo.pop).dataset.query = event.detail.requestConfig.parameters.q ?? input.value;
    if (input.form.contains(document.activeElement)) openPop(combo); else closePop(input.form);
    // Of proposals, which nobody asked for in words, none is chosen beforehand.
    choose(combo, input.value.trim() ? options(combo).find((option) => !option.dataset.place) : null);
    say($("[data-announce]", combo.pop)?.textContent.trim());
  });
  on("keydown", (event) => {
    const place = event.target.closest?.("[data-combo] [type=number]"); // where to add what is chosen
    if (!place || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const combo = comboOf($("[role=combobox]", place.closest("[data-combo]"))), option = $("[aria-selected=true]", combo.pop);
    combo.input.focus();
    if (event.key === "Escape") closePop(combo.form); else if (option) add(combo, option);
  });
  on("keydown", (event) => {
    if (!event.target.matches?.("[role=combobox]") || event.isComposing) return;
    const combo = comboOf(event.target);
    const all = options(combo), isOpen = !combo.pop.hidden;
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return propose(combo);
      if (!all.length) return;
      choose(combo, all[(at + (event.key === "ArrowDown" ? 1 : at < 0 ? all.length : all.length - 1)) % all.length]);
    } else if (event.key === "Escape") {
      if (isOpen) { event.preventDefault(); closePop(combo.form); }
    } else if (event.key === "Enter") {
      event.preventDefault();
      // Never add from the results of other words than those in the field.
      const current = $(".combo__results", combo.pop).dataset.query === combo.input.value;
      const option = all[at] ?? all.find((each) => each.dataset.place && all.length === 1); // to be told
      if (!isOpen || !current || !all.length) htmx.trigger(combo.input, "search");
      else if (option) add(combo, option, event.shiftKey ? 1 : 0); // of what is shown, none may be chosen
    }
  });
  on("pointerdown", (event) => {
    if (event.target.closest?.("[role=option]")) event.preventDefault(); // the field keeps the focus
    $$("[data-combo]").forEach((form) => { if (!form.contains(event.target)) closePop(form); });
  });
  on("click", (event) => {
    const option = event.target.closest?.("[role=option]");
    if (event.target.matches("[role=combobox]")) propose(comboOf(event.target));
    if (option) { const input = $("[role=combobox]", option.closest("[data-combo]")); add(comboOf(input), option, event.shiftKey ? 1 : 0); }
    const opener = event.target.closest?.("[data-focus]");
    if (opener) { event.preventDefault(); document.getElementById(opener.dataset.focus)?.focus(); }
  });
  on("focusin", (event) => {
    $$("[data-combo]").forEach((form) => { if (!form.contains(event.target)) closePop(form); });
  });

  // A result is dragged out of the popup, which gives the view of the list free, to its place there.
  let carried = null; // {option, id, x, y: where it was pressed, over: where it is, ghost, gap, at}
  on("pointerdown", (event) => {
    const option = event.target.closest?.("[role=option]:not([data-place])");
    if (option && event.pointerType === "mouse" && event.button === 0) carried = { option, id: event.pointerId, x: event.clientX, y: event.clientY };
  });
  on("dragstart", (event) => { if (event.target.closest?.("[role=option]")) event.preventDefault(); });
  on("pointermove", (event) => {
    if (carried?.id !== event.pointerId) return;
    const { option, ghost } = carried, { clientX: x, clientY: y } = event;
    carried.over = [x, y];
    if (!ghost && option.isConnected && Math.hypot(x - carried.x, y - carried.y) >= 2 * SLOP) carry();
  });
  function carryOn() {
    if (!carried?.ghost) return;
    scrollAtEdge(carried.over[1]);
    carryTo(...carried.over);
    requestAnimationFrame(carryOn);
  }
  function carry() {
    const { option } = carried;
    option.closest(".pop").classList.add("is-away");
    carried.list = listOf(option.dataset.to);
    carried.ghost = Object.assign(document.createElement("div"), { className: "carried", textContent: option.dataset.title });
    carried.gap = Object.assign(document.createElement("li"), { className: "gap gap--line", hidden: true });
    carried.gap.setAttribute("aria-hidden", "true");
    carried.list.append(carried.gap);
    document.body.append(carried.ghost);
    carryOn();
  }
  function carryTo(x, y) {
    const { list, ghost, gap, option } = carried, rows = rowsOf(list), area = list.parentNode.getBoundingClientRect();
    const isOver = x > area.left && x < area.right && y > area.top - EDGE && y < area.bottom + EDGE;
    const index = rows.filter((row) => { const { top, height } = row.getBoundingClientRect(); return top + height / 2 < y; }).length;
    ghost.style.transform = `translate(${x + 12}px, ${y + 12}px)`;
    gap.hidden = !isOver || !rows.length;
    gap.style.transform = `translateY(${rows[index]?.offsetTop ?? list.clientHeight}px)`;
    if (isOver && carried.at !== index + 1) announce($(`#${option.dataset.to}-column`), "Position", { position: index + 1, count: rows.length + 1 });
    carried.at = isOver ? index + 1 : null;
  }
  function putDown(isMeant) {
    if (carried.ghost && isMeant) carryTo(...carried.over);
    const { option, ghost, gap, at } = carried;
    carried = null;
    if (!ghost) return;
    ghost.remove();
    gap.remove();
    const form = option.closest("[data-combo]");
    $$(".pop.is-away").forEach((pop) => pop.classList.remove("is-away"));
    if (isMeant && at && form) add(comboOf($("[role=combobox]", form)), option, at);
  }
  on("pointerup", (event) => { if (carried?.id === event.pointerId) putDown(true); });
  on("pointercancel", (event) => { if (carried?.id === event.pointerId) putDown(false); });
  addEventListener("blur", () => { if (carried) putDown(false); });
  on("keydown", (event) => {
    if (event.key !== "Escape" || !carried?.ghost) return;
    event.preventDefault();
    event.stopPropagation();
    putDown(false);
  }, true);

  // --- Dialog -----------------------------------------------------------------------------------

  // Review, merge and discard come in the dialog of the board, or as a page of their own.
  let reopen = null; // puts the focus back where the dialog was asked for
  on("click", (event) => {
    const link = event.target.closest?.("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", link.href, { source: link, target: "#dialog" });
  });
  on("htmx:afterSwap", (event) => {
    const sheet = event.detail.target;
    if (!sheet?.matches("[data-sheet]")) return; // none where htmx restores a page of the history
    const opens = sheet.id === "dialog" && !sheet.open;
    if (opens) { reopen = rememberFocus(); sheet.showModal(); }
    // What a browser focuses in a new dialog differs; in an open one, a radio that asked keeps the focus.
    if (!opens && sheet.contains(document.activeElement) && document.activeElement !== sheet) return;
    const first = $("[autofocus]", sheet) ?? $("#dialog-title", sheet);
    first?.focus();
    first?.select?.(); // what is typed takes the place of what is there
  });
  on("click", (event) => {
    const closer = event.target.closest?.("[data-close]");
    const dialog = closer?.closest("dialog");
    if (dialog) { event.preventDefault(); dialog.close(); }
    if (closer?.closest("#toast")) { event.preventDefault(); closeToast(); }
  });
  on("close", (event) => {
    if (event.target.id !== "dialog" || event.target.open) return; // closed, and opened anew since
    event.target.replaceChildren();
    reopen?.();
  }, true);
  // The note of a publication stays in this tab for as long as a draft that it was written for: dialogs
  // are closed, sessions end. What a restoration makes of a draft is another one.
  const draftsOf = (note) => $$("[name^=version-]", note.form).map(({ value }) => value.replace(/-\d+$/, ""));
  on("htmx:load", () => {
    const note = $("#note");
    if (note) note.value ||= draftsOf(note).map((draft) => sessionStorage[draft]).find(Boolean) ?? "";
  });
  on("input", ({ target }) => { if (target.id === "note") draftsOf(target).forEach((draft) => sessionStorage[draft] = target.value); });
  on("submit", ({ target }) => { if (target.id === "restore") sessionStorage.clear(); });
  // Publishing takes as long as the portal does: say so, and take no second click.
  on("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "true";
    const button = $(`[form="${form.id}"][data-busy]`);
    if (!button) return;
    button.dataset.idle = $("span", button).textContent;
    $("span", button).textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    say(form.dataset.saySent);
  });
  function release(form) {
    if (!form?.matches?.("[data-once]")) return;
    delete form.dataset.sent;
    const button = $(`[form="${form.id}"][data-busy]`);
    if (!button?.dataset.idle) return;
    $("span", button).textContent = button.dataset.idle;
    button.removeAttribute("aria-disabled");
  }

  // --- Page -------------------------------------------------------------------------------------

  const root = document.documentElement;
  $$("[data-theme-toggle]").forEach((button) => { button.hidden = false; });
  on("click", (event) => {
    if (event.target.closest?.("[data-theme-toggle]")) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
      $$("[name=theme]").forEach((choice) => choice.setAttribute("aria-pressed", choice.value === root.dataset.theme));
    }
    const more = event.target.closest?.(".item__more");
    if (more) more.setAttribute("aria-expanded", more.closest(".item").toggleAttribute("data-open"));
    const check = event.target.closest?.("[data-check]");
    if (check && $("#live-lists")) { event.preventDefault(); htmx.trigger(document.body, "check"); }
    $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  // A menu that somebody leaves by the keyboard would lie over what they come to.
  on("focusout", ({ target, relatedTarget }) => {
    const menu = target.closest("details.menu[open]");
    if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.target.closest?.("#toast")) closeToast();
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
  });
  // A picture that does not load gives way to letters on a tint. Errors do not bubble: capture.
  const toLetters = (picture) => {
    const letters = document.createElement("span");
    letters.className = picture.className;
    letters.dataset.tone = picture.dataset.tone;
    letters.setAttribute("aria-hidden", "true");
    letters.textContent = picture.dataset.letters;
    picture.replaceWith(letters);
  };
  on("error", (event) => { if (event.target.matches?.("img[data-letters]")) toLetters(event.target); }, true);
  $$("img[data-letters]").forEach((picture) => { if (picture.complete) picture.decode().catch(() => toLetters(picture)); });
  const { sayAway, sayCut } = document.body.dataset;
  addEventListener("offline", () => showMessage(sayAway));
  addEventListener("online", () => {
    if ([sayAway, sayCut].includes($("[data-said]")?.textContent)) clearMessage(); // of a step that failed it is still true
    htmx.trigger(document.body, "check");
  });
  // The portal goes and comes back: the banner is drawn anew at each reading, and says so once here.
  const isDown = () => Boolean($("#offline"));
  let wasDown = isDown();
  on("htmx:afterSettle", () => {
    if (wasDown === isDown()) return;
    wasDown = !wasDown;
    say(document.body.dataset[wasDown ? "sayDown" : "sayUp"]);
  });
  // What a page has to tell as it comes is said once its live region is known.
  const told = $("#messages [data-announce], #toast p");
  if (told) setTimeout(say, 500, told.dataset.announce ?? told.textContent);
  // A step that is not saved yet would be lost: the browser asks, unless the server sends us away
  // because the session is over, or somebody else's. To stay would save nothing.
  let isSentAway = false;
  on("htmx:beforeOnLoad", ({ detail: { xhr } }) => { isSentAway = /^hx-re(dir|fr)/im.test(xhr.getAllResponseHeaders()); });
  addEventListener("beforeunload", (event) => { if (!isSentAway && [...columns.keys()].some(isBusy)) event.preventDefault(); });
  // Back in the tab or in the history: what is shown may be old.
  addEventListener("pageshow", (event) => { if (event.persisted) htmx.trigger(document.body, "check"); });
  on("visibilitychange", () => { if (!document.hidden && $("#live-lists")) htmx.trigger(document.body, "check"); });
})();
