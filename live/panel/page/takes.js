// What was played, to take away: the end of this session as MIDI, and earlier sessions to download or to hear again.

import { made } from "./controls.js";

export class Takes {
  // `replay(session, name)` plays one; `say(text)` tells what went wrong.
  constructor({ length, download, list, words }, replay, say) {
    Object.assign(this, { length, download, list, words, replay, say });
    length.addEventListener("change", () => {
      this.chosen = length.value;
      this.address();
    });
    this.meter = undefined;
    this.tell(null);
  }

  // Bars can be had while there are some.
  tell(meter) {
    if (meter === this.meter) return;
    this.meter = meter;
    const choices = [
      ...(meter ? [4, 8, 16, 32].map((bars) => [`bars=${bars}`, `${bars} bars`]) : []),
      ["seconds=30", "30 seconds"], ["seconds=60", "minute"], ["seconds=300", "5 minutes"], ["seconds=1800", "30 minutes"], ["", "whole session"],
    ];
    this.length.replaceChildren(...choices.map(([value, text]) => made("option", { value }, text)));
    this.length.value = choices.some(([value]) => value === this.chosen) ? this.chosen : choices[0][0];
    this.address();
  }

  address() {
    this.download.href = this.length.value ? `session.mid?${this.length.value}` : "session.mid";
  }

  // A link would show a refusal as a page of its own.
  async fetch(event) {
    event.preventDefault();
    await this.save(this.download.href);
  }

  async save(address) {
    const response = await fetch(address);
    if (!response.ok) return this.say((await response.text()).trim());
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "antiphon.mid";
    const link = made("a", { href: URL.createObjectURL(await response.blob()), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async load() {
    this.words.textContent = this.list.childElementCount ? "" : "looking …";
    const response = await fetch("sessions.json");
    if (!response.ok) {
      this.words.textContent = (await response.text()).trim();
      return;
    }
    const found = await response.json();
    this.words.textContent = found.length ? "" : "There is none yet: what you play is recorded from now on.";
    this.list.replaceChildren(...found.map((session) => this.row(session)));
  }

  row({ name, started, seconds, player, companion, modes, state }) {
    const row = made("li");
    const when = new Date(started);
    const words = made("span", { className: "session" });
    words.append(made("strong", {}, when.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })));
    words.append(made("small", {}, `${clock(seconds)} · ${player} notes by you, ${companion} by it · ${modes.join(", ")}${state ? ` · ${state}` : ""}`));
    const hear = made("button", { type: "button" }, "Hear");
    hear.setAttribute("aria-label", `hear the session of ${when.toLocaleString()}`);
    hear.addEventListener("click", async () => {
      const response = await fetch(`sessions/${name}.json`);
      if (response.ok) this.replay(await response.json(), words.firstChild.textContent);
      else this.say((await response.text()).trim());
    });
    const get = made("button", { type: "button" }, "MIDI");
    get.setAttribute("aria-label", `download the session of ${when.toLocaleString()} as MIDI`);
    get.addEventListener("click", () => this.save(`sessions/${name}.mid`));
    row.append(words, hear, get);
    return row;
  }
}

export function clock(seconds) {
  const whole = Math.round(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  return whole < 3600 ? `${Math.floor(whole / 60)}:${rest}` : `${Math.floor(whole / 3600)}:${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${rest}`;
}
