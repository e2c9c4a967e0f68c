// MIDI learn: choose a control here, move a knob there. What was learned is shown at its control, to be forgotten.

import { made } from "./controls.js";

export class Learn {
  // `act(name, argument)` asks for an action. `boxes`: elements whose controls and [data-act] buttons can be learned.
  constructor(button, words, boxes, controls, act) {
    Object.assign(this, { button, words, boxes, controls, act });
    this.on = false;
    this.places = {}; // "CC 21 on channel 1" -> what it does
    this.waiting = null;
    button.addEventListener("click", () => this.turn(!this.on));
    for (const box of boxes) box.addEventListener("click", (event) => this.clicked(event), true);
    controls.built = () => this.draw();
  }

  turn(on) {
    this.on = on;
    this.button.setAttribute("aria-pressed", on);
    document.body.classList.toggle("learning", on);
    if (!on && this.waiting) this.act("learn", "cancel");
    this.draw();
  }

  // While learning is on, a click on a control chooses it and changes nothing.
  clicked(event) {
    if (!this.on) return;
    const target = event.target.closest("[data-control], [data-act]");
    if (!target || event.target.closest(".forget")) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(target.dataset.control ?? target.dataset.act);
  }

  choose(name) { this.act("learn", name); }

  // What the daemon says: all that is learned, and what waits for a knob.
  tell(places, waiting) {
    this.places = places;
    this.waiting = waiting;
    this.draw();
  }

  draw() {
    for (const chip of document.querySelectorAll(".learned")) chip.remove();
    for (const row of document.querySelectorAll(".waiting")) row.classList.remove("waiting");
    const count = Object.keys(this.places).length;
    for (const [place, target] of Object.entries(this.places)) this.chip(place, target);
    if (this.on) for (const { row } of this.controls.rows.values()) this.chooser(row, row.dataset.control);
    if (this.waiting) this.find(this.waiting.split("=")[0])?.classList.add("waiting");
    this.words.replaceChildren();
    if (this.waiting) {
      this.words.append(`Move the knob for ${this.waiting.replaceAll("_", " ")} `);
      const cancel = made("button", { type: "button" }, "Cancel");
      cancel.addEventListener("click", () => this.act("learn", "cancel"));
      this.words.append(cancel);
    } else if (this.on) this.words.append("Choose a control or an action, then move a knob of your keyboard");
    else if (count) this.words.append(`${count} learned`);
  }

  find(name) {
    return this.controls.rows.get(name)?.row ?? this.boxes.map((box) => box.querySelector(`[data-act="${CSS.escape(name)}"]`)).find(Boolean);
  }

  // A button for keys and screen readers; a click anywhere on the row does the same.
  chooser(row, name) {
    const button = made("button", { type: "button", className: "learned choose" }, "learn");
    button.setAttribute("aria-label", `learn a knob for ${name.replaceAll("_", " ")}`);
    row.append(button);
  }

  chip(place, target) {
    const row = this.find(target.split("=")[0]);
    const short = place.replace("CC ", "").replace(" on channel ", "/");
    if (!row || (row.matches("button") && !this.on)) return;
    const chip = made("span", { className: "learned chip", title: `${target} is ${place}` }, `knob ${short}`);
    const forget = made("button", { type: "button", className: "forget" }, "✕");
    forget.setAttribute("aria-label", `forget the knob for ${target}`);
    forget.addEventListener("click", () => this.act("unlearn", target));
    chip.append(forget);
    if (row.matches("button")) row.after(chip);
    else row.append(chip);
  }
}
