// Draws the lines and zones over the picture, and turns pointer and keys into points. Keeps no model of its own.
import { clamp, middle, snapped, wayIn } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.005, STRIDE = 0.05;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  if (parent) parent.append(node);
  return node;
}

// `desk`: items(), changed(item, done), finish(part, points), remove(item), choose(item), say(words), may
export function canvas(box, desk) {
  const size = { w: 1000, h: 750 };
  const svg = make("svg", { viewBox: "0 0 1000 750", tabindex: "0", "aria-label": "The camera's picture" }, box);
  const picture = make("image", { width: "1000", height: "750", preserveAspectRatio: "none" }, svg);
  const floor = make("g", {}, svg), layer = make("g", {}, svg), draft = make("g", { class: "draft" }, svg);
  let tool = "", drawn = [], cursor = null, drag = null, chosen = null;
  box.hidden = false;

  const px = (p) => [p[0] * size.w, p[1] * size.h];
  const unit = () => size.w / (svg.clientWidth || size.w); // of the drawing, for a pixel of the screen
  const at = (event) => {
    const frame = svg.getBoundingClientRect();
    return [clamp((event.clientX - frame.left) / frame.width), clamp((event.clientY - frame.top) / frame.height)];
  };
  const others = (item) => desk.items().filter((one) => one !== item).map((one) => one.points);
  const settle = (point, item, event) => (event && event.altKey ? point : snapped(point, others(item), 12 * unit() / size.w));
  const place = (p) => Math.round(p[0] * 100) + " % from the left, " + Math.round(p[1] * 100) + " % from the top";

  function grid() {
    floor.replaceChildren();
    if (picture.getAttribute("href")) return;
    make("rect", { class: "nothing", width: size.w, height: size.h }, floor);
    for (let i = 1; i < 10; i++) {
      make("path", { class: "grid", d: `M${i * size.w / 10} 0V${size.h}M0 ${i * size.h / 10}H${size.w}` }, floor);
    }
  }

  function arrow(item, group) {
    const [a, b] = item.points.map(px), way = wayIn(item.points[0], item.points[1], size), u = unit();
    const foot = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], tip = [foot[0] + way[0] * 44 * u, foot[1] + way[1] * 44 * u];
    const side = [-way[1] * 8 * u, way[0] * 8 * u], neck = [tip[0] - way[0] * 14 * u, tip[1] - way[1] * 14 * u];
    make("path", { class: "arrow", d: `M${foot}L${neck}` }, group);
    make("path", { class: "head", d: `M${tip}L${neck[0] + side[0]} ${neck[1] + side[1]}L${neck[0] - side[0]} ${neck[1] - side[1]}Z` }, group);
    words("IN", [foot[0] + way[0] * 60 * u, foot[1] + way[1] * 60 * u], group, "in");
  }

  function words(text, where, group, kind) {
    const node = make("text", { x: where[0], y: where[1], "font-size": 14 * unit(), class: kind || "name" }, group);
    node.textContent = text;
  }

  function shape(item) {
    const kind = item.part === "zone" ? item.fields.kind : item.fields.role;
    const group = make("g", { class: `shape ${item.part} ${kind}${item === chosen ? " chosen" : ""}${item.wrong ? " wrong" : ""}` }, layer);
    const path = item.points.map(px).map((p, i) => (i ? "L" : "M") + p).join("") + (item.part === "zone" ? "Z" : "");
    const body = make("path", { class: "body", d: path }, group);
    make("path", { class: "stroke", d: path }, group);
    if (item.part === "line" && item.points.length === 2) arrow(item, group);
    const name = item.part === "zone" ? px(middle(item.points)) : px(item.points[0]);
    words(item.fields.name, [name[0], name[1] - (item.part === "line" ? 14 * unit() : 0)], group);
    if (!desk.may) return;
    body.addEventListener("pointerdown", (event) => begin(event, item, -1));
    if (item.part === "zone") item.points.forEach((p, i) => between(item, i, group));
    item.points.forEach((p, i) => handle(item, i, group));
  }

  function handle(item, i, group) {
    const p = px(item.points[i]), u = unit(), what = item.part === "line" ? "End" : "Corner";
    const knob = make("g", { class: "knob", tabindex: "0", role: "button", "data-item": item.key, "data-point": i,
      "aria-label": `${what} ${i + 1} of ${item.part} ${item.fields.name}, ${place(item.points[i])}` }, group);
    make("circle", { class: "reach", cx: p[0], cy: p[1], r: 22 * u }, knob);
    make("circle", { class: "dot", cx: p[0], cy: p[1], r: 8 * u }, knob);
    knob.addEventListener("pointerdown", (event) => begin(event, item, i));
    knob.addEventListener("keydown", (event) => keyed(event, item, i));
    knob.addEventListener("focus", () => {
      desk.choose(item);
      desk.say("Arrow keys move it, with Shift further" + (item.part === "zone" ? "; + adds a corner, Delete takes it away." : "; Delete removes the line."));
    });
  }

  function between(item, i, group) {
    const next = item.points[(i + 1) % item.points.length], p = px(middle([item.points[i], next]));
    const dot = make("circle", { class: "between", cx: p[0], cy: p[1], r: 6 * unit() }, group);
    dot.addEventListener("pointerdown", (event) => {
      item.points.splice(i + 1, 0, at(event));
      begin(event, item, i + 1);
    });
  }

  function focus(item, i) {
    const knob = layer.querySelector(`[data-item="${item.key}"][data-point="${i}"]`);
    if (knob) knob.focus();
  }

  function keyed(event, item, i) {
    const way = ARROWS[event.key], p = item.points[i];
    if (way) {
      const step = event.shiftKey ? STRIDE : STEP;
      item.points[i] = [clamp(p[0] + way[0] * step), clamp(p[1] + way[1] * step)];
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (item.part === "line" || item.points.length <= 3) { desk.remove(item); svg.focus(); return; }
      item.points.splice(i, 1);
    } else if (event.key === "+" && item.part === "zone") {
      item.points.splice(i + 1, 0, middle([p, item.points[(i + 1) % item.points.length]]).map(clamp));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    desk.changed(item, true);
    focus(item, Math.min(i + (event.key === "+" ? 1 : 0), item.points.length - 1));
  }

  function begin(event, item, i) {
    if (tool) return;
    event.preventDefault();
    event.stopPropagation();
    desk.choose(item);
    drag = { item, i, from: at(event), points: item.points.map((p) => [...p]), moved: false };
    svg.setPointerCapture(event.pointerId);
    if (i >= 0) focus(item, i);
  }

  function move(event) {
    if (tool) { cursor = at(event); return sketch(); }
    if (!drag) return;
    const p = at(event), { item, i } = drag;
    drag.moved = true;
    if (i >= 0) item.points[i] = settle(p, item, event);
    else {
      const xs = drag.points.map((q) => q[0]), ys = drag.points.map((q) => q[1]);
      const dx = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), p[0] - drag.from[0]));
      const dy = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), p[1] - drag.from[1]));
      item.points = drag.points.map((q) => [clamp(q[0] + dx), clamp(q[1] + dy)]);
    }
    desk.changed(item, false);
  }

  function end() {
    if (!drag) return;
    const { item, i, moved } = drag;
    drag = null;
    if (moved || item.points.length) desk.changed(item, true, !moved);
    if (i >= 0) focus(item, i);
  }

  function set(point) {
    const first = drawn[0] && Math.hypot(...[0, 1].map((k) => px(drawn[0])[k] - px(point)[k])) < 20 * unit();
    if (tool === "zone" && drawn.length >= 3 && first) return finish();
    drawn.push(point);
    if (tool === "line" && drawn.length === 2) finish();
    else sketch();
  }

  function finish() {
    const part = tool, points = drawn;
    if (points.length < (part === "line" ? 2 : 3)) return desk.say("A zone needs at least three corners.");
    use("");
    desk.finish(part, points);
  }

  function sketch() {
    draft.replaceChildren();
    const points = [...drawn, ...(cursor ? [settle(cursor, null)] : [])].map(px), u = unit();
    if (points.length) make("path", { d: points.map((p, i) => (i ? "L" : "M") + p).join("") }, draft);
    drawn.map(px).forEach((p, i) => make("circle", { cx: p[0], cy: p[1], r: (i ? 5 : 9) * u }, draft));
    if (cursor) make("path", { class: "cross", d: `M${px(cursor)[0] - 14 * u} ${px(cursor)[1]}h${28 * u}m${-14 * u} ${-14 * u}v${28 * u}` }, draft);
  }

  function use(name) {
    tool = name; drawn = []; cursor = null;
    svg.classList.toggle("drawing", !!tool);
    sketch();
    if (!tool) return;
    cursor = [0.5, 0.5];
    svg.focus();
    sketch();
    desk.say(tool === "line" ? "Set the two ends of the line. With keys: arrows move, Enter sets, Escape stops."
      : "Set the corners one after the other, and the first one again to finish. With keys: arrows, Enter sets a corner, F finishes, Escape stops.");
  }

  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
  svg.addEventListener("pointerdown", (event) => {
    if (!tool) { if (event.target === svg || floor.contains(event.target) || event.target === picture) desk.choose(null); return; }
    event.preventDefault();
    svg.focus();
    set(settle(at(event), null, event));
  });
  svg.addEventListener("dblclick", () => { if (tool === "zone" && drawn.length >= 3) finish(); });
  svg.addEventListener("keydown", (event) => {
    if (!tool) return;
    const way = ARROWS[event.key], step = event.shiftKey ? STRIDE : STEP;
    if (way) cursor = [clamp(cursor[0] + way[0] * step), clamp(cursor[1] + way[1] * step)];
    else if (event.key === "Enter") { event.preventDefault(); set(settle(cursor, null)); return; }
    else if (event.key === "f" || event.key === "F") { finish(); return; }
    else if (event.key === "Backspace") drawn.pop();
    else if (event.key === "Escape") { use(""); desk.say("Nothing was drawn."); return; }
    else return;
    event.preventDefault();
    sketch();
  });

  new ResizeObserver(() => { if (!drag) desk.resized(); }).observe(svg);

  return {
    use,
    get tool() { return tool; },
    paint(item) {
      chosen = item;
      const focused = document.activeElement && document.activeElement.closest && document.activeElement.closest(".knob");
      const kept = focused && layer.contains(focused) ? [focused.dataset.item, focused.dataset.point] : null;
      layer.replaceChildren();
      const order = desk.items().filter((one) => one.points.length >= 2);
      order.filter((one) => one.part === "zone").concat(order.filter((one) => one.part === "line")).forEach(shape);
      const again = kept && layer.querySelector(`[data-item="${kept[0]}"][data-point="${kept[1]}"]`);
      if (again) again.focus();
    },
    show(address, width, height) {
      size.h = Math.round(1000 * height / width);
      svg.setAttribute("viewBox", `0 0 1000 ${size.h}`);
      picture.setAttribute("height", size.h);
      picture.setAttribute("href", address);
      grid();
    },
    grid,
  };
}
