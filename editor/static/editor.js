// The form is the truth: this reads its rows, lets them be drawn, writes them back, and asks the host what follows.
import { canvas } from "./canvas.js";
import { parse, write } from "./shapes.js";
import { floor } from "./floor.js";

const form = document.querySelector("form.editor");
if (form) start();

function start() {
  const may = !form.querySelector(".editor-items").disabled;
  const list = form.querySelector(".editor-items"), wrong = form.querySelector(".editor-wrong");
  const hint = form.querySelector(".editor-hint"), tools = form.querySelector(".editor-tools");
  let items = [], chosen = null, keys = 0, asked = 0, timer = 0;
  const past = [], future = [];

  const card = (item) => item.card;
  const input = (item, name) => item.card.querySelector(`[name$="-${name}"]`);
  const say = (words) => { hint.textContent = words; };

  function read(node) {
    const part = node.dataset.part, fields = {};
    node.querySelectorAll("[name]").forEach((field) => { fields[field.name.split("-")[2]] = field.value; });
    const points = parse(fields.points || "");
    delete fields.points; delete fields.remove;
    return { key: String(++keys), part, fields, points, card: null, says: [], wrong: false };
  }

  function built(item) {
    const node = form.querySelector(`template[data-new="${item.part}"]`).content.firstElementChild.cloneNode(true);
    node.classList.remove("blank");
    item.card = node;
    if (!item.fields.role && !item.fields.kind) item.fields[item.part === "line" ? "role" : "kind"] = item.part === "line" ? "door" : "display";
    Object.entries(item.fields).forEach(([name, value]) => { const field = input(item, name); if (field) field.value = value; });
    const remove = node.querySelector(".check");
    const button = document.createElement("button");
    button.type = "button"; button.className = "quiet"; button.textContent = "Remove"; button.hidden = !may;
    button.addEventListener("click", () => gone(item));
    remove.replaceWith(button);
    node.querySelector('[data-do="turn"]').addEventListener("click", () => { item.points.reverse(); changed(item, true); });
    node.querySelector('[data-do="draw"]').addEventListener("click", () => { choose(item); board.use(item.part); pressed(item.part); });
    node.addEventListener("focusin", () => choose(item));
    node.addEventListener("click", () => choose(item));
    node.addEventListener("input", () => typed(item, false));
    node.addEventListener("change", () => typed(item, true));
    return node;
  }

  function typed(item, done) {
    Object.keys(item.fields).concat("pair").forEach((name) => { const field = input(item, name); if (field) item.fields[name] = field.value; });
    const points = parse(input(item, "points").value);
    if (points.length >= 2) item.points = points;
    if (done) remember();
    refresh();
  }

  function rebuild() {
    list.replaceChildren(...items.map(built));
    refresh();
  }

  // Fields are numbered by part, as the form's reader expects them.
  function number() {
    const counts = { line: 0, zone: 0 };
    items.forEach((item) => {
      const n = counts[item.part]++;
      item.card.querySelectorAll("[name]").forEach((field) => { field.name = `${item.part}-${n}-${field.name.split("-")[2]}`; });
    });
  }

  function refresh() {
    number();
    items.forEach((item) => {
      const field = input(item, "points"), text = write(item.points);
      if (document.activeElement !== field) field.value = text;
      card(item).classList.toggle("chosen", item === chosen);
      card(item).classList.toggle("undrawn", !item.points.length);
      card(item).querySelector('[data-do="draw"]').hidden = !may || item.points.length > 0;
      card(item).querySelector('[data-do="turn"]').hidden = !may || item.part !== "line" || !item.points.length;
      card(item).querySelector(".editor-title").textContent = item.fields.name || "No name yet";
      card(item).dataset.kind = item.fields.role || item.fields.kind;
      pairing(item);
    });
    board.paint(chosen);
    tools && tools.querySelectorAll("[data-do]").forEach((button) => {
      button.disabled = (button.dataset.do === "undo" ? past.length < 2 : future.length < 1);
    });
    clearTimeout(timer);
    form.dataset.checked = ""; // until what is drawn now has been answered
    timer = setTimeout(ask, 80);
  }

  // A pairing is chosen among what is drawn.
  function pairing(item) {
    const label = card(item).querySelector(".editor-pair"), kind = item.fields.role || item.fields.kind;
    label.hidden = !(kind === "door" || kind === "queue");
    let select = label.querySelector("select");
    if (!select) {
      const field = label.querySelector("input");
      select = document.createElement("select");
      select.name = field.name;
      field.replaceWith(select);
    }
    const names = items.filter((one) => (item.part === "line" ? one.part === "zone" && one.fields.kind !== "staff" : one.part === "line")).map((one) => one.fields.name);
    const wanted = ["", ...new Set(names)];
    if (item.fields.pair && !wanted.includes(item.fields.pair)) wanted.push(item.fields.pair);
    if (wanted.join("\n") !== [...select.options].map((one) => one.value).join("\n")) {
      select.replaceChildren(...wanted.map((name) => new Option(name || (item.part === "line" ? "none" : "choose a line"), name)));
    }
    select.value = label.hidden ? "" : item.fields.pair || "";
  }

  const snapshot = () => JSON.stringify(items.map(({ key, part, fields, points }) => ({ key, part, fields, points })));

  function remember() {
    const now = snapshot();
    if (past[past.length - 1] === now) return;
    past.push(now);
    future.length = 0;
  }

  function restore(text) {
    items = JSON.parse(text).map((item) => ({ ...item, card: null, says: [], wrong: false }));
    chosen = null;
    rebuild();
  }

  function undo() {
    if (past.length < 2) return;
    future.push(past.pop());
    restore(past[past.length - 1]);
    say("Undone.");
  }

  function redo() {
    if (!future.length) return;
    past.push(future.pop());
    restore(past[past.length - 1]);
    say("Done again.");
  }

  function choose(item) {
    if (chosen === item) return;
    chosen = item;
    items.forEach((one) => card(one).classList.toggle("chosen", one === chosen));
    board.paint(chosen);
  }

  function changed(item, done) {
    if (done) remember();
    refresh();
  }

  function gone(item) {
    items = items.filter((one) => one !== item);
    say(`${item.part} ${item.fields.name} is removed; Undo brings it back.`);
    chosen = null;
    remember();
    rebuild();
  }

  function freeName(part) {
    const names = items.map((one) => one.fields.name);
    const first = part === "line" && !names.includes("door") ? ["door"] : [];
    return [...first, ...Array.from({ length: 99 }, (_, n) => `${part}-${n + 1}`)].find((name) => !names.includes(name));
  }

  function finish(part, points) {
    const waiting = items.find((one) => one.part === part && one === chosen && !one.points.length);
    const item = waiting || { key: String(++keys), part, fields: { name: freeName(part), pair: "" }, points: [], card: null, says: [], wrong: false };
    item.points = points;
    if (!waiting) items.push(item);
    chosen = item;
    pressed("");
    remember();
    rebuild();
    const field = input(item, "name");
    field.focus();
    field.select();
    say(`The ${part} is drawn. Give it a name, and say what it is.`);
  }

  // Only the newest question counts.
  function ask() {
    const question = ++asked;
    const body = new URLSearchParams(new FormData(form));
    items.forEach((item) => { if (!may) [...item.card.querySelectorAll("[name]")].forEach((field) => body.set(field.name, field.value)); });
    fetch(form.dataset.check, { method: "POST", body }).then((answer) => (answer.ok ? answer.json() : null)).then((answer) => {
      if (question !== asked || !answer) return;
      if (past.length < 2 && items.some((item) => !item.points.length)) {
        answer = { wrong: "", says: {} }; // nothing is wrong yet with what nobody has drawn
        say("Still to be drawn: " + items.filter((item) => !item.points.length).map((item) => item.fields.name).join(", ") + ".");
      }
      wrong.hidden = !answer.wrong;
      wrong.textContent = answer.wrong && answer.wrong[0].toUpperCase() + answer.wrong.slice(1) + ".";
      form.classList.toggle("refused", !!answer.wrong);
      items.forEach((item) => {
        item.wrong = answer.wrong.includes(`'${item.fields.name}'`);
        const said = answer.wrong ? item.says : answer.says[`${item.part} ${item.fields.name}`] || [];
        item.says = said;
        card(item).classList.toggle("wrong", item.wrong);
        card(item).querySelector(".editor-says").replaceChildren(...said.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
      });
      gonePart(answer);
      board.paint(chosen);
      form.dataset.checked = String(question);
    }).catch(() => { /* the host is away for a moment; saving asks again */ });
  }

  function gonePart(answer) {
    const here = items.map((item) => `${item.part} ${item.fields.name}`);
    const lost = Object.entries(answer.says).filter(([item]) => !here.includes(item)).map(([item, words]) => `${item}: ${words.join(" ")}`);
    let note = list.parentElement.querySelector(".editor-gone");
    if (!note) {
      note = document.createElement("ul");
      note.className = "editor-gone";
      list.after(note);
    }
    note.replaceChildren(...lost.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  }

  function pressed(name) {
    tools && tools.querySelectorAll("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === name)));
  }

  // What the camera counts by now, where the centre has not drawn it yet.
  function learn(layout) {
    const rows = [...(layout.line || []).map((line) => ["line", line, [line.a, line.b], { name: line.name, role: line.role, pair: line.behind || "" }]),
      ...(layout.zone || []).map((zone) => ["zone", zone, zone.polygon, { name: zone.name, kind: zone.kind, pair: zone.service || "" }])];
    if (items.some((item) => item.points.length)) return;
    rows.forEach(([part, , points, fields]) => {
      const known = items.find((item) => item.part === part && item.fields.name === fields.name);
      if (known) Object.assign(known, { points, fields });
      else items.push({ key: String(++keys), part, fields, points, card: null, says: [], wrong: false });
    });
    if (rows.length) { remember(); rebuild(); }
  }

  const board = canvas(form.querySelector(".editor-canvas"), { items: () => items, changed, finish, remove: gone, choose, say, may, resized: () => board.paint(chosen) });
  board.grid();
  items = [...list.querySelectorAll(".editor-item")].map(read).filter((item) => item.fields.name || item.points.length);
  form.classList.add("live");
  rebuild();
  remember();
  refresh();
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.do === "undo") undo();
      if (button.dataset.do === "redo") redo();
      if (button.dataset.tool) { const name = board.tool === button.dataset.tool ? "" : button.dataset.tool; board.use(name); pressed(name); }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !board.tool) { pressed(""); choose(null); }
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) return;
    if (event.key === "z" && !event.shiftKey) { event.preventDefault(); undo(); }
    if (event.key === "y" || (event.key === "z" && event.shiftKey) || event.key === "Z") { event.preventDefault(); redo(); }
  });
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => { if (past.length > 1 && !sent) event.preventDefault(); });
  floor(form, board, learn);
}
