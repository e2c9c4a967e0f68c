// The MIDI ports of the machine that Antiphon runs on: which keyboards it listens to, and which synth it plays to.

import { made } from "./controls.js";

export class Ports {
  // `choose(end, name, on)` asks for a change.
  constructor(box, choose) {
    this.box = box;
    this.choose = choose;
  }

  // Lists of [name, used, there, fixed].
  tell(inputs, outputs, why) {
    this.box.replaceChildren();
    if (why) this.box.append(made("p", { className: "note" }, why));
    if (inputs.length) this.box.append(made("h3", {}, "listens to"));
    for (const port of inputs) this.box.append(this.row("input", ...port));
    if (outputs.length) this.box.append(made("h3", {}, "plays to"));
    for (const port of outputs) this.box.append(this.row("output", ...port));
  }

  row(end, name, used, there, fixed) {
    const row = made("p", { className: "row port" });
    const id = `port-${end}-${name}`;
    const words = fixed ? `${name} (for other programs)` : there ? name : `${name} (not there now)`;
    const input = made("input", { type: "checkbox", id, checked: used, disabled: fixed });
    input.setAttribute("role", "switch");
    input.dataset.port = name;
    input.addEventListener("change", () => this.choose(end, name, input.checked));
    row.append(made("label", { htmlFor: id }, words), input);
    return row;
  }
}
