// Controls made from the daemon's table: each with a label, its help, and the same value in every page.

const SEND_EVERY_MS = 40;

export class Controls {
  // `set(name, value)` asks for a change.
  constructor(box, set) {
    this.box = box;
    this.set = set;
    this.rows = new Map();
    this.values = {};
  }

  build(table) {
    const open = new Set([...this.box.querySelectorAll("details[open]")].map((each) => each.dataset.group));
    if (!this.rows.size) open.add(table.groups[0]);
    this.box.replaceChildren();
    this.rows.clear();
    for (const group of table.groups) {
      const details = document.createElement("details");
      details.dataset.group = group;
      details.open = open.has(group);
      details.append(made("summary", {}, group));
      for (const control of table.controls) if (control.group === group) details.append(this.row(control));
      this.box.append(details);
    }
    this.showAll(this.values);
  }

  row(control) {
    const id = `control-${control.name}`;
    const row = made("div", { className: "row" });
    row.append(made("label", { htmlFor: id }, control.label));
    const [input, show, read] = KINDS[control.kind](control);
    input.id = id;
    input.setAttribute("aria-describedby", `${id}-help`);
    const value = made("output", { htmlFor: id });
    if (input.type === "range") {
      const both = made("div", { className: "with-value" });
      both.append(input, value);
      row.append(both);
    } else row.append(input);
    const unit = control.unit ? ` (${control.unit})` : "";
    row.append(made("small", { id: `${id}-help` }, `${control.help}${unit}`));
    if (control.kind === "words" && control.open) {
      const list = made("datalist", { id: `${id}-list` });
      for (const choice of control.choices) list.append(made("option", { value: choice }));
      input.setAttribute("list", list.id);
      row.append(list);
    }
    const entry = { show: (now) => { show(now); value.textContent = shown(control, now); }, input, waiting: null };
    const send = () => {
      const wanted = read();
      value.textContent = shown(control, wanted);
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

  refused(name) { this.rows.get(name)?.show(this.values[name]); }
}

const KINDS = {
  switch() {
    const input = made("input", { type: "checkbox" });
    input.setAttribute("role", "switch");
    return [input, (value) => { input.checked = Boolean(value); }, () => input.checked];
  },
  words(control) {
    if (control.open) return written();
    const input = made("select");
    for (const choice of control.choices) input.append(made("option", { value: choice }, choice));
    return [input, (value) => { input.value = value; }, () => input.value];
  },
  number(control) {
    const { low, high, logarithmic } = control;
    const input = made("input", { type: "range", min: 0, max: 1000, step: 1 });
    const value = () => {
      const place = input.value / 1000;
      return Number((logarithmic ? low * (high / low) ** place : low + (high - low) * place).toPrecision(4));
    };
    const show = (now) => {
      const place = logarithmic ? Math.log(now / low) / Math.log(high / low) : (now - low) / (high - low);
      input.value = Math.round(place * 1000);
      input.setAttribute("aria-valuetext", shown(control, now));
    };
    return [input, show, value];
  },
  whole(control) {
    const input = made("input", { type: "number", min: control.low, max: control.high, step: 1 });
    return [input, (value) => { input.value = value; }, () => Number(input.value)];
  },
  text: () => written(),
};

function written() {
  const input = made("input", { type: "text", maxLength: 200, autocomplete: "off" });
  return [input, (value) => { input.value = value; }, () => input.value];
}

function shown(control, value) {
  if (control.kind === "number") return control.off && value === 0 ? "off" : String(Number(Number(value).toPrecision(3)));
  return String(value);
}

export function made(tag, properties = {}, text = "") {
  const element = Object.assign(document.createElement(tag), properties);
  if (text) element.textContent = text;
  return element;
}
