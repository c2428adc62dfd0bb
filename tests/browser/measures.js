// What is wrong with a page as it stands, in lines: one function for each thing that may be.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isSeen = (each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const outline = (each) => each.outerHTML.slice(0, 120);
  const holdsText = (each) => [...each.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  const modal = () => document.querySelector("dialog:modal");
  const TARGETS = "a[href], button, input, select, textarea, summary, [role=option], label:has(input)";
  const STOPS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

  return {
    wider() {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} px wider than the window`] : [];
    },

    // Text that what holds it is too small for. Titles end in an ellipsis on purpose: .cut.
    spilt() {
      return all("body *").filter((each) => {
        if (!holdsText(each) || !isSeen(each) || getComputedStyle(each).display === "inline") return false;
        if (each.closest(".sr-only, .cut, select, textarea, svg")) return false;
        return each.scrollHeight - each.clientHeight > 4 || each.scrollWidth - each.clientWidth > 2;
      }).map(outline);
    },

    // Text that is cut off at a side by what lies around it.
    clipped() {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const holder = text.parentElement;
        if (!text.data.trim() || !isSeen(holder)) continue;
        if (holder.closest(".sr-only, .cut, select, textarea, svg, .desc")) continue;
        let around = holder;
        while (around && getComputedStyle(around).overflowX === "visible") around = around.parentElement;
        if (!around || /auto|scroll/.test(getComputedStyle(around).overflowX)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const is = range.getBoundingClientRect(), may = around.getBoundingClientRect();
        if (is.right > may.right + 1 || is.left < may.left - 1) found.push(outline(holder));
      }
      return found;
    },

    // WCAG 2.5.8: 24 px each way, or so far from others that a circle of 24 px meets none of them, or in
    // a line of text.
    small() {
      const dialog = modal();
      const shown = all(TARGETS).filter((each) => isSeen(each) && (!dialog || dialog.contains(each)));
      const boxes = new Map(shown.map((each) => [each, each.getBoundingClientRect()]));
      const isInText = (each) => getComputedStyle(each).display === "inline" && holdsText(each.parentElement);
      return shown.filter((each) => {
        const { left, top, width, height } = boxes.get(each);
        if (!width || (width >= 23.9 && height >= 23.9) || isInText(each)) return false;
        if (each.matches("label input, .sr-only, .skip, .chart a")) return false;
        const x = left + width / 2, y = top + height / 2;
        return shown.some((other) => {
          if (other.contains(each) || each.contains(other)) return false;
          const box = boxes.get(other);
          const across = Math.max(box.left - x, 0, x - box.right);
          return Math.hypot(across, Math.max(box.top - y, 0, y - box.bottom)) < 12;
        });
      }).map((each) => `${boxes.get(each).width} x ${boxes.get(each).height}: ${outline(each)}`);
    },

    // WCAG 2.4.11: something lies over what has the focus.
    covered() {
      return all(STOPS, modal() ?? document).flatMap((each) => {
        if (each.disabled || each.tabIndex < 0 || !each.checkVisibility({ visibilityProperty: true })) return [];
        each.focus();
        const { left, right, top, bottom } = each.getBoundingClientRect();
        if (document.activeElement !== each || right - left < 2) return [];
        const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
        const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
        const seen = document.elementFromPoint(x, y), label = each.closest("label");
        const isFree = each.contains(seen) || seen?.contains(each) || label?.contains(seen);
        return isFree ? [] : [`${outline(each)} under ${seen?.outerHTML.slice(0, 60)}`];
      });
    },

    moving() {
      const lasts = (durations) => durations.split(", ").some((each) => parseFloat(each) > 0);
      return all("*").filter((each) => {
        const style = getComputedStyle(each);
        if (lasts(style.transitionDuration) || style.scrollBehavior === "smooth") return true;
        return style.animationName !== "none" && lasts(style.animationDuration);
      }).map(outline);
    },

    // Forced colours draw neither backgrounds nor shadows: a line marks a state, or where a layer ends.
    unmarked() {
      const states = all("[aria-current], [aria-selected=true], [aria-pressed=true]");
      const layers = all(".pop, .menu__list, dialog[open], .toast");
      const has = (each, line) => getComputedStyle(each)[`${line}Style`] !== "none";
      return [
        ...states.filter((each) => isSeen(each) && !has(each, "outline")),
        ...layers.filter((each) => isSeen(each) && !has(each, "borderTop")),
      ].map(outline);
    },
  };
})()
