// A list of thousands of rows of one height, of which the page has those in sight, and the one that has the focus.

const spare = 8; // rows above and below the window

// listOf keeps rows in a list: make(id) gives {item, controls}, and fill(row, id) sets what a row shows. Arrows move between rows, Tab within one.
export function listOf(root, make, fill) {
  let ids = [], height = 0, current = 0, asked = 0;
  const drawn = new Map(); // id → row

  function measure() {
    height = parseFloat(getComputedStyle(root).getPropertyValue("--row")) || 44;
    root.style.height = `${ids.length * height}px`;
  }

  function draw() {
    asked = 0;
    const top = -root.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / height) - spare);
    const last = Math.min(ids.length, Math.ceil((top + innerHeight) / height) + spare);
    const wanted = new Set();
    for (let i = first; i < last; i++) wanted.add(i);
    const focused = document.activeElement, held = focused?.closest?.("[data-id]");
    const kept = held && root.contains(held) ? ids.indexOf(held.dataset.id) : -1;
    if (kept >= 0) wanted.add(kept);
    current = Math.min(current, Math.max(0, ids.length - 1));
    const here = new Set([...wanted].map((i) => ids[i]));
    for (const [id, row] of drawn) {
      if (here.has(id)) continue;
      row.item.remove();
      drawn.delete(id);
    }
    let before = null; // rows stand in the order in which they are read
    for (const i of [...wanted].sort((a, b) => b - a)) {
      const id = ids[i];
      let row = drawn.get(id);
      if (!row) {
        row = make(id);
        drawn.set(id, row);
        fill(row, id);
      }
      row.index = i;
      row.item.style.transform = `translateY(${i * height}px)`;
      row.item.setAttribute("aria-posinset", i + 1);
      row.item.setAttribute("aria-setsize", ids.length);
      for (const c of row.controls) c.tabIndex = i === Math.max(current, 0) ? 0 : -1;
      if (row.item.nextSibling !== before || row.item.parentNode !== root) root.insertBefore(row.item, before);
      before = row.item;
    }
    if (kept >= 0 && document.activeElement !== focused) focused.focus({ preventScroll: true }); // it was moved
  }

  function soon() { asked ||= requestAnimationFrame(draw); }

  // go moves the focus to a row, to the same control as in another one.
  function go(to, control) {
    if (ids.length === 0) return;
    current = Math.min(ids.length - 1, Math.max(0, to));
    const above = root.getBoundingClientRect().top + current * height;
    const edge = document.querySelector(".top").offsetHeight + 60;
    if (above < edge) scrollBy(0, above - edge);
    else if (above + height > innerHeight - 70) scrollBy(0, above + height - innerHeight + 70);
    draw();
    const row = drawn.get(ids[current]);
    const wanted = row?.controls[control];
    (wanted && wanted.offsetParent !== null ? wanted : row?.controls.find((c) => c.offsetParent !== null))?.focus({ preventScroll: true });
  }

  root.addEventListener("keydown", (e) => {
    const row = rowOf(e.target);
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity, PageDown: 10, PageUp: -10 };
    if (!row || !(e.key in steps) || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    go(row.index + steps[e.key], row.controls.indexOf(e.target));
  });
  root.addEventListener("focusin", (e) => {
    const row = rowOf(e.target);
    if (!row || row.index === current) return;
    current = row.index;
    soon();
  });
  function rowOf(target) { return drawn.get(target.closest("[data-id]")?.dataset.id); }

  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", () => { measure(); soon(); });

  return {
    // show takes other ids, or the same in another order.
    show(list) {
      const held = ids[current];
      ids = list;
      const still = held === undefined ? -1 : ids.indexOf(held);
      if (still >= 0) current = still;
      measure();
      draw();
    },
    // refresh fills rows anew, as far as they are in sight.
    refresh(changed) {
      for (const id of changed ?? drawn.keys()) {
        const row = drawn.get(id);
        if (row) fill(row, id);
      }
    },
    row: (id) => drawn.get(id),
    focus: (id, control = 1) => go(ids.indexOf(id), control),
  };
}
