// The page: what you play goes to the daemon and sounds here at once; what the daemon says is heard and seen.

import { Controls, made } from "./controls.js";
import { Keys, nameOf } from "./keys.js";
import { Link } from "./link.js";
import { Roll } from "./roll.js";
import { Sound } from "./sound.js";
import * as webmidi from "./webmidi.js";

const $ = (id) => document.getElementById(id);
const LINE_MS = 6000;
const figures = { harmony: [] }; // ms from a key here to the first note of the companion here

const sound = new Sound();
const link = new Link(take, connection);
const roll = new Roll($("roll"), () => link.toDaemon(performance.now()));
const keys = new Keys($("piano"), press, release, showKeys);
const controls = new Controls($("controls"), (name, value) => link.send("set", { name, value }));
const playing = new Map(); // "place pitch" -> id on the roll
const companion = new Map(); // id -> what of it is marked
const pedal = { down: false, held: new Set() };
let struck = null, count = 0;

// -- playing here --

function press(pitch, velocity, local) {
  begin();
  sound.start(`you ${pitch}`, "you", pitch, velocity, 0);
  pedal.held.delete(pitch);
  link.send("midi", { at: link.toDaemon(local), bytes: [0x90, pitch, velocity] });
  struck = local;
  seen("here", pitch, velocity, link.toDaemon(local));
}

function release(pitch, local) {
  if (pedal.down) pedal.held.add(pitch);
  else sound.stop(`you ${pitch}`, 0);
  link.send("midi", { at: link.toDaemon(local), bytes: [0x80, pitch, 64] });
  unseen("here", pitch, link.toDaemon(local));
}

function fromKeyboard(bytes, local) {
  const [status, first, second] = bytes;
  const kind = status & 0xf0;
  if (kind === 0x90 && second) press(first, second, local);
  else if (kind === 0x90 || kind === 0x80) release(first, local);
  else {
    if (kind === 0xb0 && first === 64) {
      pedal.down = second >= 64;
      if (!pedal.down) for (const pitch of pedal.held) sound.stop(`you ${pitch}`, 0);
      if (!pedal.down) pedal.held.clear();
    }
    link.send("midi", { at: link.toDaemon(local), bytes });
  }
}

function begin() {
  sound.begin();
  $("begin").hidden = true;
}

// -- what is seen --

function seen(place, pitch, velocity, at) {
  unseen(place, pitch, at);
  const id = `heard ${count++}`;
  playing.set(`${place} ${pitch}`, id);
  roll.put(id, "you", pitch, at, null, velocity);
  keys.mark("you", pitch, true);
}

function unseen(place, pitch, at) {
  const name = `${place} ${pitch}`, id = playing.get(name);
  if (id === undefined) return;
  playing.delete(name);
  roll.end(id, at);
  keys.mark("you", pitch, false);
}

function lit(id, pitch, on) {
  if (on === companion.has(id)) return;
  if (on) companion.set(id, pitch);
  else companion.delete(id);
  keys.mark("companion", pitch, on);
}

// -- what the daemon says --

function take(message) {
  TAKES[message.is]?.(message);
}

const TAKES = {
  hello({ settings, presets }) {
    everythingEnds();
    controls.showAll(settings);
    showMode(settings.mode);
    showPresets(presets);
  },
  heard({ at, page, bytes }) {
    if (page === link.page) return; // was seen and heard here at once
    const [status, pitch, velocity] = bytes;
    const kind = status & 0xf0, place = page < 0 ? `instrument ${status & 15}` : `page ${page}`;
    if (kind === 0x90 && velocity) {
      seen(place, pitch, velocity, at);
      if ($("sound-others").checked) sound.start(`${place} ${pitch}`, "you", pitch, velocity, 0);
    } else if (kind === 0x80 || kind === 0x90) {
      unseen(place, pitch, at);
      sound.stop(`${place} ${pitch}`, 0);
    }
  },
  plan({ notes }) {
    for (const note of notes) planned(...note);
  },
  told({ outcome, name, value, page, text }) {
    if (outcome === "refused") {
      if (page === link.page) {
        controls.refused(name);
        say(text);
      }
    } else if (outcome === "done") {
      if (name in controls.values) controls.show(name, value, page === link.page);
      if (name === "mode") showMode(value);
      if (name === "panic") everythingEnds();
      if (name === "keep") say(`kept: ${value ?? "the last seconds"}`);
    }
  },
  presets: ({ names }) => showPresets(names),
  line: ({ text }) => say(text),
  status(told) {
    $("fact-model").textContent = told.loading ? `loading ${told.loading}` : (told.model ?? "–");
    $("fact-key").textContent = told.key ? `${told.key}${told.chord ? ` · ${told.chord}` : ""}` : "–";
    $("fact-key").title = `${Math.round(told.sure * 100)} % sure`;
    const { source, tempo, bar, beat, meter, at } = told.time;
    $("fact-time").textContent = tempo ? `♩ ${tempo.toFixed(0)}${meter ? ` · ${meter}` : ""}${bar ? ` · bar ${bar}` : ""}` : source;
    if (tempo && bar && beat) roll.bar(at - ((beat - 1) * 60000) / tempo);
    const doing = told.doing === told.key ? "" : told.doing;
    $("fact-doing").textContent = doing;
    $("fact-doing").parentElement.hidden = !doing;
    $("fact-delay").textContent = told.delay.length ? `${told.delay[0]} / ${told.delay[1]} ms` : "–";
    $("fact-late").textContent = `${told.late} / ${told.rule}`;
    const bits = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));
    $("fact-bits").textContent = `${bits(told.surprise.player)} / ${bits(told.surprise.companion)}`;
  },
};

function planned(phase, id, due, ends, channel, pitch, velocity) {
  const name = `companion ${id}`;
  const from = link.toLocal(due);
  switch (phase) {
    case "tentative":
      roll.put(name, "companion", pitch, due, ends, velocity, true);
      return;
    case "committed":
    case "sounding":
      measure(due);
      roll.put(name, "companion", pitch, due, ends, velocity);
      if ($("sound-companion").checked) {
        const note = sound.notes.get(name);
        if (!note || note.due !== due) {
          if (phase === "committed" || performance.now() - from < 300) sound.start(name, "companion", pitch, velocity, from);
          const begun = sound.notes.get(name);
          if (begun) begun.due = due;
        }
        if (ends !== null) sound.stop(name, link.toLocal(ends));
      }
      if (phase === "sounding") lit(id, pitch, true);
      return;
    case "ended":
      roll.end(name, Math.min(link.toDaemon(performance.now()), ends ?? Infinity));
      sound.stop(name, 0);
      lit(id, pitch, false);
      return;
    case "cancelled":
      roll.remove(name);
      sound.cancel(name);
      lit(id, pitch, false);
  }
}

function measure(due) {
  if (struck === null || link.toLocal(due) < struck - 5) return;
  const took = performance.now() - struck;
  struck = null;
  if (took > 500) return;
  figures.harmony.push(took);
  if (figures.harmony.length > 500) figures.harmony.shift();
  $("fact-here").textContent = `${took.toFixed(1)} ms`;
}

function everythingEnds() {
  sound.silence();
  roll.endAll(link.toDaemon(performance.now()));
  keys.unmark();
  playing.clear();
  companion.clear();
}

function panic() {
  everythingEnds();
  link.send("act", { name: "panic" });
}

// -- words --

function connection(there, why) {
  $("connection").className = there ? "there" : "away";
  $("connection").textContent = there ? "connected" : `connection lost${why ? ` (${why})` : ""}: trying again`;
  if (!there) everythingEnds();
  else loadTable();
}

async function loadTable() {
  const response = await fetch("controls.json");
  if (response.ok) controls.build(await response.json());
}

function say(text) {
  const line = made("p", {}, text);
  $("lines").append(line);
  setTimeout(() => line.remove(), LINE_MS);
}

function showMode(mode) { $("fact-mode").textContent = mode; }

function showPresets(names) {
  $("presets").replaceChildren(...names.map((value) => made("option", { value })));
}

function showKeys() {
  $("octave").textContent = `A is ${nameOf(keys.base)}`;
  $("velocity").value = keys.velocity;
}

// -- the rest of the page --

$("begin").addEventListener("click", begin);
$("panic").addEventListener("click", panic);
window.addEventListener("keydown", (event) => event.key === "Escape" && panic());
$("octave-down").addEventListener("click", () => keys.shift(-12));
$("octave-up").addEventListener("click", () => keys.shift(12));
$("velocity").addEventListener("input", (event) => keys.setVelocity(Number(event.target.value)));
$("volume").addEventListener("input", (event) => sound.setVolume(event.target.value / 100));
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => link.send("act", { name: button.dataset.act }));
}
for (const button of document.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    const argument = $("preset").value.trim();
    if (argument) link.send("act", { name: button.dataset.preset, argument });
    else $("preset").focus();
  });
}
if (webmidi.whyNot()) {
  $("webmidi").hidden = true;
  $("webmidi-words").textContent = webmidi.whyNot();
}
$("webmidi").addEventListener("click", async () => {
  begin();
  try {
    await webmidi.listen(fromKeyboard, (names) => {
      $("webmidi-words").textContent = names.length ? `listening to ${names.join(", ")}` : "no MIDI keyboard is plugged in yet";
    });
    $("webmidi").hidden = true;
  } catch {
    say("the browser does not allow this page to use MIDI");
  }
});
setInterval(() => {
  const level = sound.level();
  $("level").firstElementChild.style.transform = `scaleX(${level})`;
  $("level").setAttribute("aria-valuenow", Math.round(level * 100));
}, 80);
showKeys();

// For tests and for the curious.
globalThis.antiphon = { sound, link, roll, keys, controls, figures };
