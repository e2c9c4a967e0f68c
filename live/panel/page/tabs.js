// Sections with data-tab as tabs: one shown at a time, arrow keys go from one to the next.

import { made } from "./controls.js";

export class Tabs {
  // `list` gets a tab for each section; `opened(name)` is called when one is shown.
  constructor(list, sections, opened = () => {}) {
    this.opened = opened;
    this.tabs = [...sections].map((section) => {
      const name = section.dataset.tab;
      const tab = made("button", { type: "button", id: `${section.id}-tab` }, name);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", section.id);
      section.setAttribute("role", "tabpanel");
      section.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => this.show(name));
      list.append(tab);
      return { name, tab, section };
    });
    list.addEventListener("keydown", (event) => this.move(event));
    this.show(this.tabs[0].name);
  }

  show(name) {
    for (const { name: each, tab, section } of this.tabs) {
      const on = each === name;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      section.hidden = !on;
    }
    this.shown = name;
    this.opened(name);
  }

  move(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const place = this.tabs.findIndex(({ name }) => name === this.shown);
    const next = this.tabs[(place + by + this.tabs.length) % this.tabs.length];
    this.show(next.name);
    next.tab.focus();
  }
}
