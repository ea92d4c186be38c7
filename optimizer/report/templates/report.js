"use strict";
(() => {
  const root = document.documentElement;
  const all = (query, from = document) => Array.from(from.querySelectorAll(query));

  // Light and dark: the system decides until the button is used.
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // Tooltips: every <title> of the drawings becomes one, for the mouse and for the finger.
  const tip = document.getElementById("tip");
  const texts = new WeakMap();
  for (const title of all("svg.map title, .gantt title, .stack title, .fall title")) {
    texts.set(title.parentNode, title.textContent);
    title.parentNode.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  const told = (node) => {
    for (let at = node; at && at !== document.body; at = at.parentNode) {
      if (texts.has(at)) return at;
    }
    return null;
  };
  let shown = null;
  const show = (event) => {
    const target = told(event.target);
    if (shown && shown !== target) shown.classList.remove("on");
    shown = target;
    tip.hidden = !target;
    if (!target) return;
    target.classList.add("on");
    tip.textContent = texts.get(target);
    const box = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const below = event.clientY + 18 + box.height < innerHeight;
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${below ? event.clientY + 18 : Math.max(8, event.clientY - box.height - 12)}px`;
  };
  document.addEventListener("pointermove", (event) => event.pointerType === "mouse" && show(event));
  document.addEventListener("pointerdown", show);
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  // Maps: view box, sizes that stay put while zooming, labels that fit.
  const LABEL = { height: 13, gap: 7, same: 6 };
  const layout = (map) => {
    const [x0, y0, width, height] = map.view;
    const rect = map.svg.getBoundingClientRect();
    if (!rect.width) return;
    const unit = width / rect.width;
    map.svg.style.setProperty("--u", unit.toFixed(4));
    const taken = [];
    const spots = map.pins.map((pin) => {
      const x = (pin.x - x0) / unit, y = (pin.y - y0) / unit;
      const visible = x > 0 && y > 0 && x < rect.width && y < height / unit;
      const hidden = getComputedStyle(pin.node).display === "none";
      if (visible && !hidden && !pin.node.matches(".point")) taken.push([x - 4, y - 4, x + 4, y + 4, x, y]);
      return { pin, x, y, visible: visible && !hidden };
    });
    const far = width > 0.6 * map.home[2];
    for (const { pin, x, y, visible } of spots) {
      if (!pin.text) continue;
      if (far && pin.minor) {
        pin.text.setAttribute("class", "off");
        continue;
      }
      const w = pin.width, h = LABEL.height, g = LABEL.gap;
      const sides = {
        r: [x + g, y - h / 2, x + g + w, y + h / 2],
        l: [x - g - w, y - h / 2, x - g, y + h / 2],
        t: [x - w / 2, y - g - h, x + w / 2, y - g],
        b: [x - w / 2, y + g, x + w / 2, y + g + h],
        tr: [x + 4, y - g - h, x + 4 + w, y - g],
        tl: [x - 4 - w, y - g - h, x - 4, y - g],
        br: [x + 4, y + g, x + 4 + w, y + g + h],
        bl: [x - 4 - w, y + g, x - 4, y + g + h],
      };
      const fits = (box) =>
        box[0] >= 0 && box[1] >= 0 && box[2] <= rect.width && box[3] <= height / unit &&
        !taken.some((o) => !(pin.home && o.length > 4) && !(Math.abs(o[4] - x) <= LABEL.same && Math.abs(o[5] - y) <= LABEL.same) && box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]);
      const side = visible ? Object.keys(sides).find((name) => fits(sides[name])) : undefined;
      pin.text.setAttribute("class", side || "off");
      if (side) taken.push(sides[side]);
    }
  };
  const maps = all("svg.map").map((svg) => {
    const home = svg.getAttribute("viewBox").split(" ").map(Number);
    const pins = all(".pin", svg).map((node) => {
      const [x, y] = node.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
      const text = node.querySelector("text");
      if (text) text.setAttribute("class", "r");
      return { node, x, y, text, minor: node.matches(".minor"), home: node.matches(".home"), width: text ? text.getComputedTextLength() + 3 : 0 };
    }).reverse();
    return { svg, home, view: [...home], pins };
  });
  const look = (map, view) => {
    const [hx, hy, hw, hh] = map.home;
    const w = Math.min(hw * 1.6, Math.max(hw / 24, view[2])), h = w * hh / hw;
    const x = Math.min(hx + hw * 1.3 - w, Math.max(hx - hw * 0.3, view[0] + (view[2] - w) / 2));
    const y = Math.min(hy + hh * 1.3 - h, Math.max(hy - hh * 0.3, view[1] + (view[3] - h) / 2));
    map.view = [x, y, w, h];
    map.svg.setAttribute("viewBox", map.view.join(" "));
    map.svg.classList.toggle("zoomed", w < hw * 0.99);
    layout(map);
  };
  const zoom = (map, factor, at) => {
    const [x, y, w, h] = map.view;
    const [ax, ay] = at || [x + w / 2, y + h / 2];
    look(map, [ax - (ax - x) * factor, ay - (ay - y) * factor, w * factor, h * factor]);
  };
  for (const map of maps) {
    const point = (event) => {
      const rect = map.svg.getBoundingClientRect();
      const unit = map.view[2] / rect.width;
      return [map.view[0] + (event.clientX - rect.left) * unit, map.view[1] + (event.clientY - rect.top) * unit];
    };
    const fingers = new Map();
    map.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(map, Math.exp(event.deltaY * 0.002), point(event));
    }, { passive: false });
    map.svg.addEventListener("dblclick", (event) => zoom(map, 0.5, point(event)));
    map.svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, event);
      if (event.pointerType === "mouse") map.svg.setPointerCapture(event.pointerId);
    });
    map.svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const unit = map.view[2] / map.svg.getBoundingClientRect().width;
      const others = [...fingers.values()].filter((f) => f.pointerId !== event.pointerId);
      if (others.length) {
        const far = (f) => Math.hypot(f.clientX - others[0].clientX, f.clientY - others[0].clientY);
        zoom(map, far(before) / Math.max(1, far(event)), point(event));
      } else if (event.pointerType === "mouse" || map.svg.classList.contains("zoomed")) {
        const [x, y, w, h] = map.view;
        look(map, [x - (event.clientX - before.clientX) * unit, y - (event.clientY - before.clientY) * unit, w, h]);
      }
      fingers.set(event.pointerId, event);
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      map.svg.addEventListener(name, (event) => fingers.delete(event.pointerId));
    }
    for (const button of all("[data-zoom]", map.svg.parentNode)) {
      button.addEventListener("click", () => {
        if (button.dataset.zoom === "all") look(map, [...map.home]);
        else zoom(map, button.dataset.zoom === "in" ? 1 / 1.6 : 1.6);
      });
    }
  }
  const relayout = () => maps.forEach(layout);
  addEventListener("resize", relayout);
  addEventListener("beforeprint", relayout);
  relayout();

  for (const box of all("[data-mode]")) {
    box.addEventListener("change", () => {
      for (const map of maps) map.svg.classList.toggle(`hide-${box.dataset.mode}`, !box.checked);
      relayout();
    });
  }
  for (const choice of all("input[name=width]")) {
    choice.addEventListener("change", () => {
      for (const line of all("svg.map .line")) {
        line.setAttribute("stroke-width", line.dataset[choice.value]);
      }
      for (const key of all("[data-key]")) key.hidden = key.dataset.key !== choice.value;
    });
  }

  // Tables: open a row, sort by a column, keep what matches.
  const toggle = (row) => {
    const more = row.nextElementSibling;
    more.hidden = !more.hidden;
    row.setAttribute("aria-expanded", String(!more.hidden));
  };
  for (const table of all("table.sortable")) {
    table.addEventListener("click", (event) => {
      const row = event.target.closest("tr.main");
      if (row && !String(getSelection())) toggle(row);
    });
    table.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && event.target.matches("tr.main")) {
        event.preventDefault();
        toggle(event.target);
      }
    });
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      head.tabIndex = 0;
      const sort = () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.dataset.sort === "n";
        const keyed = all("tbody.item", table).map((body) => {
          const cell = body.rows[0].cells[column];
          const text = cell.dataset.v ?? cell.textContent.trim();
          return [numeric ? Number(text) : text, body];
        });
        const order = new Intl.Collator("en", { numeric: true }).compare;
        keyed.sort(([a], [b]) => (numeric ? a - b : order(a, b)) * (down ? -1 : 1));
        table.append(...keyed.map(([, body]) => body));
      };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
    });
  }
  const sieve = (id) => {
    const table = document.getElementById(id);
    const search = document.querySelector(`[data-filter=${id}]`);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = all(`[data-table=${id}]:checked`).map((box) => box.dataset.only);
    let left = 0;
    for (const body of all("tbody.item", table)) {
      body.seek ??= body.textContent.toLowerCase();
      const keep = words.every((word) => body.seek.includes(word)) &&
        only.every((name) => body.classList.contains(name));
      body.hidden = !keep;
      left += keep;
    }
    const nothing = table.closest("section").querySelector(".nothing");
    if (nothing) nothing.hidden = left > 0;
  };
  for (const search of all("[data-filter]")) {
    search.addEventListener("input", () => sieve(search.dataset.filter));
  }
  for (const box of all("[data-only]")) box.addEventListener("change", () => sieve(box.dataset.table));
})();
