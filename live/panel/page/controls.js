// Controls made from the daemon's table: each with a label, its help, and the same value in every page.

import { nameOf } from "./keys.js";

const SEND_EVERY_MS = 40;
const MOST_BUTTONS = 5; // of a choice; longer ones are lists

export class Controls {
  // `set(name, value)` asks for a change; `learn` is told of each row (see learn.js).
  constructor(box, set) {
    this.box = box;
    this.set = set;
    this.rows = new Map();
    this.values = {};
    this.table = null;
    this.why = {}; // of those that do nothing now
    this.built = () => {};
  }

  // `elsewhere`: groups, and single controls, that stand in a box of their own.
  build(table, elsewhere = {}) {
    const open = new Set([...this.box.querySelectorAll("details[open]")].map((each) => each.dataset.group));
    if (!this.rows.size) open.add(table.groups[0]);
    this.table = table;
    this.box.replaceChildren();
    this.rows.clear();
    for (const group of table.groups) {
      const rows = [];
      for (const control of table.controls) {
        if (control.group !== group) continue;
        const row = this.row(control);
        if (elsewhere[control.name]) elsewhere[control.name].replaceChildren(row);
        else rows.push(row);
      }
      if (elsewhere[group]) {
        elsewhere[group].replaceChildren(...rows);
        continue;
      }
      const details = made("details");
      details.dataset.group = group;
      details.open = open.has(group);
      const summary = made("summary", {}, group);
      summary.append(made("small", { className: "not-now" }));
      details.append(summary, ...rows);
      this.box.append(details);
    }
    this.showAll(this.values);
    this.idle(this.why);
    this.built();
  }

  row(control) {
    const id = `control-${control.name}`;
    const row = made("div", { className: "row control" });
    row.dataset.control = control.name;
    const { input, label, show, read } = kindOf(control)(control, id);
    row.append(label ?? made("label", { htmlFor: id }, control.label));
    input.id = id;
    input.setAttribute("aria-describedby", `${id}-help ${id}-why`);
    const value = made("output");
    if (input.type === "range") {
      const both = made("div", { className: "with-value" });
      both.append(input, value);
      row.append(both);
    } else row.append(input);
    if (input.classList.contains("choice")) row.classList.add("broad");
    const unit = control.unit && !control.help.includes(control.unit) ? ` (${control.unit})` : "";
    row.append(made("small", { id: `${id}-help` }, `${control.help}${unit}`), made("small", { id: `${id}-why`, className: "why" }));
    if (control.kind === "words" && control.open) {
      const list = made("datalist", { id: `${id}-list` });
      for (const choice of control.choices) list.append(made("option", { value: choice }));
      input.setAttribute("list", list.id);
      offerAll(input);
      row.append(list);
    }
    const entry = { show: (now) => { show(now); value.textContent = shown(control, now); }, input, row, waiting: null };
    const send = () => {
      const wanted = read();
      value.textContent = shown(control, wanted);
      if (input.type === "range") input.setAttribute("aria-valuetext", shown(control, wanted));
      entry.wanted = wanted;
      entry.waiting ??= setTimeout(() => {
        entry.waiting = null;
        this.set(control.name, entry.wanted);
      }, SEND_EVERY_MS);
    };
    input.addEventListener(input.type === "range" ? "input" : "change", send);
    this.rows.set(control.name, entry);
    return row;
  }

  showAll(values) {
    this.values = { ...values };
    for (const [name, value] of Object.entries(values)) this.show(name, value);
  }

  // What the daemon says is so; a knob that is being moved here is left alone.
  show(name, value, mine = false) {
    this.values[name] = value;
    const row = this.rows.get(name);
    if (!row || row.waiting || (mine && row.input === document.activeElement && row.input.type === "range")) return;
    row.show(value);
  }

  // Reasons by name: those that do nothing now are greyed and say so, and so is a group that has no other.
  idle(why) {
    this.why = why;
    for (const [name, { row }] of this.rows) {
      row.classList.toggle("idle", name in why);
      row.querySelector(".why").textContent = why[name] ? `does nothing now: ${why[name]}` : "";
    }
    for (const group of this.box.children) {
      const names = [...group.querySelectorAll("[data-control]")].map((row) => row.dataset.control);
      const reasons = new Set(names.map((name) => why[name]));
      const all = !reasons.has(undefined);
      group.classList.toggle("idle", all);
      group.querySelector(".not-now").textContent = all && reasons.size === 1 ? [...reasons][0] : all ? "not now" : "";
    }
  }

  refused(name) { this.rows.get(name)?.show(this.values[name]); }
}

function kindOf(control) {
  if (control.kind !== "words" || control.open) return KINDS[control.kind === "words" ? "text" : control.kind];
  return control.choices.length <= MOST_BUTTONS ? KINDS.choice : KINDS.list;
}

const KINDS = {
  switch() {
    const input = made("input", { type: "checkbox" });
    input.setAttribute("role", "switch");
    return { input, show: (value) => { input.checked = Boolean(value); }, read: () => input.checked };
  },
  // A few words beside each other.
  choice(control, id) {
    const input = made("div", { className: "choice" });
    const label = made("span", { id: `${id}-label`, className: "label" }, control.label);
    input.setAttribute("role", "radiogroup");
    input.setAttribute("aria-labelledby", label.id);
    const radios = control.choices.map((value) => {
      const radio = made("input", { type: "radio", name: id, value });
      const both = made("label");
      both.append(radio, made("span", {}, value));
      input.append(both);
      return radio;
    });
    const show = (value) => { for (const radio of radios) radio.checked = radio.value === value; };
    return { input, label, show, read: () => radios.find((radio) => radio.checked)?.value };
  },
  list(control) {
    const input = made("select");
    for (const choice of control.choices) input.append(made("option", { value: choice }, choice));
    // what was chosen elsewhere may be another one: a key's other spelling, the path of a model
    const show = (value) => {
      if (![...input.options].some((each) => each.value === value)) input.append(made("option", { value }, value));
      input.value = value;
    };
    return { input, show, read: () => input.value };
  },
  number(control) {
    const { low, high, logarithmic } = control;
    const input = made("input", { type: "range", min: 0, max: 1000, step: 1 });
    const read = () => {
      const place = input.value / 1000;
      return Number((logarithmic ? low * (high / low) ** place : low + (high - low) * place).toPrecision(4));
    };
    const show = (now) => {
      const place = logarithmic ? Math.log(now / low) / Math.log(high / low) : (now - low) / (high - low);
      input.value = Math.round(place * 1000);
      input.setAttribute("aria-valuetext", shown(control, now));
    };
    return { input, show, read };
  },
  whole(control) {
    const input = made("input", { type: "number", min: control.low, max: control.high, step: 1 });
    return { input, show: (value) => { input.value = value; }, read: () => Number(input.value) };
  },
  // A key of the keyboard, as musicians write it.
  pitch() {
    const { input } = KINDS.text();
    return { input, show: (value) => { input.value = value ? nameOf(value) : "off"; }, read: () => input.value.replace("♯", "#").replace("♭", "b") };
  },
  text() {
    const input = made("input", { type: "text", maxLength: 200, autocomplete: "off", spellcheck: false });
    return { input, show: (value) => { input.value = value; }, read: () => input.value };
  },
};

function shown(control, value) {
  if (control.kind === "pitch" && typeof value === "number") return value ? nameOf(value) : "off";
  if (control.kind === "number") return control.off && value === 0 ? "off" : String(Number(Number(value).toPrecision(3)));
  return String(value);
}

// A browser offers only what fits the text that is there: so there is none while one chooses.
function offerAll(input) {
  input.addEventListener("focus", () => {
    input.placeholder = input.value;
    input.value = "";
  });
  input.addEventListener("blur", () => { input.value ||= input.placeholder; });
}

export function made(tag, properties = {}, text = "") {
  const element = Object.assign(document.createElement(tag), properties);
  if (text) element.textContent = text;
  return element;
}
