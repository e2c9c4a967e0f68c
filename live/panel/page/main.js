// The page: what you play goes to the daemon and sounds here at once; what the daemon says is heard and seen.

import { Controls, made } from "./controls.js";
import { Figures, halfAndMost } from "./figures.js";
import { Files } from "./files.js";
import { Keys, nameOf } from "./keys.js";
import { Learn } from "./learn.js";
import { Link } from "./link.js";
import { Ports } from "./ports.js";
import { Replay } from "./replay.js";
import { Roll } from "./roll.js";
import { Sound } from "./sound.js";
import { Tabs } from "./tabs.js";
import { clock, Takes } from "./takes.js";
import * as webmidi from "./webmidi.js";

const $ = (id) => document.getElementById(id);
const LINE_MS = 6000;
const LATE_MS = 300; // a note that has sounded for longer is not begun any more

const sound = new Sound();
const synth = new webmidi.MidiOut();
const link = new Link(take, connection);
const roll = new Roll($("roll"), () => link.toDaemon(performance.now()));
const keys = new Keys($("piano"), press, release, showKeys);
const figures = new Figures($("histogram"));
const act = (name, argument = null) => link.send("act", { name, argument });
const controls = new Controls($("controls"), (name, value) => link.send("set", { name, value }));
const learn = new Learn($("learn"), $("learn-words"), [$("tab-play"), $("machine")], controls, act);
const ports = new Ports($("ports"), (end, name, on) => link.send("port", { end, name, on }));
const replay = new Replay(sound, roll, (local) => link.toDaemon(local), showReplay);
const takes = new Takes(
  { length: $("take-length"), download: $("take-download"), list: $("sessions"), words: $("sessions-words") },
  (session, name) => { begin(); replayed = name; replay.play(session); }, say,
);
const files = new Files($("files"), sound, $("open-files"));
const playing = new Map(); // "place pitch" -> id on the roll
const helps = {}; // what each action does
const companion = new Map(); // id -> what of it is marked
let struck = null, count = 0, replayed = "", spoke = { you: -Infinity, companion: -Infinity };

// -- playing here --

function press(pitch, velocity, local) {
  struck = local;
  link.send("midi", { at: link.toDaemon(local), bytes: [0x90, pitch, velocity] }); // first: harmony is on its way meanwhile
  begin();
  sound.start(`you ${pitch}`, "you", pitch, velocity, 0);
  seen("here", pitch, velocity, link.toDaemon(local));
}

function release(pitch, local) {
  sound.stop(`you ${pitch}`, 0);
  link.send("midi", { at: link.toDaemon(local), bytes: [0x80, pitch, 64] });
  unseen("here", pitch, link.toDaemon(local));
}

function fromKeyboard(bytes, local) {
  const [status, first, second] = bytes;
  const kind = status & 0xf0;
  if (kind === 0x90 && second) press(first, second, local);
  else if (kind === 0x90 || kind === 0x80) release(first, local);
  else {
    sound.move("you", bytes);
    link.send("midi", { at: link.toDaemon(local), bytes });
  }
}

function begin() {
  sound.begin();
  $("begin").hidden = true;
}

sound.begun = (id, heard) => {
  if (struck === null || Number.isNaN(heard)) return;
  if (id.startsWith("you ")) figures.keep(figures.own, heard - struck);
  else if (id.startsWith("companion ")) figures.keep(figures.sounded, heard - struck);
};

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

// Whoever sounds now, or did a moment ago.
function showSpeaker() {
  const now = performance.now();
  if (playing.size) spoke.you = now;
  if (companion.size) spoke.companion = now;
  const speak = ["you", "companion"].filter((who) => now - spoke[who] < 250);
  for (const who of ["you", "companion"]) $("speaking").querySelector(`.${who}`).classList.toggle("on", speak.includes(who));
  $("speaking").setAttribute("aria-label", speak.length ? `Playing: ${speak.join(" and ")}` : "Nobody is playing");
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
    showLock(settings.key);
    showPresets(presets);
  },
  heard({ at, page, bytes }) {
    if (page === link.page) return; // was seen and heard here at once
    const [status, pitch, velocity] = bytes;
    const kind = status & 0xf0, place = page < 0 ? `instrument ${status & 15}` : `page ${page}`;
    if (kind === 0x90 && velocity) {
      seen(place, pitch, velocity, at);
      if ($("sound-others").checked) sound.start(`${place} ${pitch}`, "you", pitch, velocity, 0, place);
    } else if (kind === 0x80 || kind === 0x90) {
      unseen(place, pitch, at);
      sound.stop(`${place} ${pitch}`, 0);
    } else sound.move(place, bytes);
  },
  plan({ notes }) {
    for (const note of notes) planned(...note);
  },
  moved({ bytes }) {
    sound.move(`companion ${bytes[0] & 15}`, bytes);
    synth.move(bytes);
  },
  phrase: ({ at, who }) => roll.phrase(at, who),
  told({ outcome, name, value, page, text }) {
    if (outcome === "refused") {
      if (page !== link.page) return;
      controls.refused(name);
      say(text);
    } else if (outcome === "done") {
      if (name in controls.values) controls.show(name, value, page === link.page);
      if (name === "mode") showMode(value);
      if (name === "key") showLock(value);
      if (name === "panic") everythingEnds();
      if (name === "learned") say(text);
    }
  },
  learned: ({ places, waiting }) => learn.tell(places, waiting),
  ports: ({ inputs, outputs, text }) => ports.tell(inputs, outputs, text),
  presets: ({ names }) => showPresets(names),
  idle: ({ why }) => showIdle(why),
  line: ({ text }) => say(text),
  status(told) {
    $("fact-model").textContent = told.loading ? `loading ${told.loading}` : (told.model ?? "none");
    $("fact-key").textContent = told.key ? `${told.key}${told.chord ? ` · ${told.chord}` : ""}` : "–";
    $("fact-key").title = `${Math.round(told.sure * 100)} % sure`;
    showTime(told.time);
    const doing = told.doing === told.key ? "" : told.doing;
    $("fact-doing").textContent = doing;
    $("fact-doing").parentElement.hidden = !doing;
    const bits = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));
    const surprise = `${bits(told.surprise.player)} · ${bits(told.surprise.companion)}`;
    $("fact-bits").textContent = $("fact-surprise").textContent = surprise;
    $("fact-delay").textContent = told.delay.length ? `${told.delay[0]} · ${told.delay[1]} ms` : "–";
    $("fact-late").textContent = told.late;
    $("fact-rule").textContent = told.rule;
    $("fact-missed").textContent = told.missed;
    figures.tell(told.histogram);
  },
};

// A beat is the denominator's note: in 6/8 an eighth.
function showTime({ source, tempo, meter, bar, beat, at }) {
  $("fact-time").textContent = tempo ? [`♩ ${tempo.toFixed(0)}`, meter].filter(Boolean).join(" · ") : source;
  $("fact-bar").textContent = bar ?? "";
  $("fact-bar").parentElement.hidden = !bar;
  takes.tell(bar ? meter : null);
  if (!tempo || !bar) return roll.keepTime(null);
  const [beats, unit] = meter.split("/").map(Number);
  const each = (60000 / tempo) * (4 / unit);
  roll.keepTime({ line: at - (beat - 1) * each, bar: beats * each, beats, number: bar });
}

function planned(phase, id, due, ends, channel, pitch, velocity) {
  const name = `companion ${id}`, line = `companion ${channel}`;
  const from = link.toLocal(due);
  switch (phase) {
    case "tentative":
      roll.put(name, "companion", pitch, due, ends, velocity, true);
      return;
    case "committed":
    case "sounding":
      measure(due);
      roll.put(name, "companion", pitch, due, ends, velocity);
      if (phase === "committed" || performance.now() - from < LATE_MS) {
        if ($("sound-companion").checked && sound.notes.get(name)?.due !== due) {
          sound.start(name, "companion", pitch, velocity, from, line);
          const begun = sound.notes.get(name);
          if (begun) begun.due = due;
        }
        if (synth.port && synth.notes.get(name)?.due !== due) {
          synth.start(name, channel, pitch, velocity, from);
          synth.notes.get(name).due = due;
        }
      }
      if (ends !== null) {
        sound.stop(name, link.toLocal(ends));
        synth.stop(name, link.toLocal(ends));
      }
      if (phase === "sounding") {
        struck = null; // what comes later is no harmony to this key
        lit(id, pitch, true);
      }
      return;
    case "ended":
      roll.end(name, Math.min(link.toDaemon(performance.now()), ends ?? Infinity));
      sound.stop(name, 0);
      synth.stop(name, 0);
      lit(id, pitch, false);
      return;
    case "cancelled":
      roll.remove(name);
      sound.cancel(name);
      synth.cancel(name);
      lit(id, pitch, false);
  }
}

function measure(due) {
  if (struck === null || link.toLocal(due) < struck - 5) return;
  const took = performance.now() - struck;
  if (took > 500) struck = null;
  else if (figures.measured !== struck) figures.keep(figures.here, took);
  figures.measured = struck;
}

function everythingEnds() {
  replay.stop();
  files.stop();
  sound.silence();
  synth.silence();
  roll.endAll(link.toDaemon(performance.now()));
  keys.unmark();
  playing.clear();
  companion.clear();
}

function panic() {
  everythingEnds();
  act("panic");
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
  if (!response.ok) return;
  const table = await response.json();
  for (const { name, help } of table.actions) helps[name] = help;
  controls.build(table, { Machine: $("machine"), mode: $("mode-box") });
  showIdle(controls.why);
  opened(tabs.shown);
}

function say(text) {
  const line = made("p", {}, text);
  $("lines").append(line);
  setTimeout(() => line.remove(), LINE_MS);
}

// What does nothing now is greyed, says why, and can be set all the same: for the mode that comes next.
function showIdle(why) {
  controls.idle(why);
  for (const button of document.querySelectorAll("[data-act]")) {
    const reason = why[button.dataset.act] ?? "";
    button.classList.toggle("idle", Boolean(reason));
    button.title = reason ? `does nothing now: ${reason}` : (helps[button.dataset.act] ?? "");
  }
}

function showMode(mode) { $("fact-mode").textContent = mode; }

function showLock(key) { document.querySelector("[data-act=lock_key]").setAttribute("aria-pressed", key !== "auto"); }

function showPresets(names) {
  $("presets").replaceChildren(...names.map((value) => made("option", { value })));
}

function showKeys() {
  $("octave").textContent = matchMedia("(pointer: coarse)").matches ? nameOf(keys.base) : `A is ${nameOf(keys.base)}`;
  $("velocity").value = keys.velocity;
}

function showReplay(place, length) {
  $("replay").hidden = place === null;
  if (place === null) return;
  $("replay-words").textContent = `${replayed}  ${clock(place / 1000)} of ${clock(length / 1000)}`;
  if (document.activeElement !== $("replay-place")) $("replay-place").value = (1000 * place) / Math.max(1, length);
}

// -- the rest of the page --

function opened(name) {
  if (name === "Sound") link.send("look", {});
  if (name === "Takes") takes.load();
  if (name === "Figures") figures.draw();
}

const tabs = new Tabs($("tabs"), document.querySelectorAll("[data-tab]"), opened);
$("big").addEventListener("click", () => {
  const big = document.body.classList.toggle("big");
  $("big").setAttribute("aria-pressed", big);
  roll.enlarge(big ? 2 : 1);
});
$("begin").addEventListener("click", begin);
$("panic").addEventListener("click", panic);
window.addEventListener("keydown", (event) => event.key === "Escape" && panic());
window.addEventListener("pointerup", () => sound.context && sound.begin()); // Safari: sound begins as a finger goes up
window.addEventListener("pagehide", () => synth.silence());
$("octave-down").addEventListener("click", () => keys.shift(-12));
$("octave-up").addEventListener("click", () => keys.shift(12));
$("velocity").addEventListener("input", (event) => keys.setVelocity(Number(event.target.value)));
$("volume").addEventListener("input", (event) => sound.setVolume(event.target.value / 100));
$("take-download").addEventListener("click", (event) => takes.fetch(event));
$("replay-stop").addEventListener("click", () => replay.stop());
$("replay-place").addEventListener("change", (event) => {
  replay.seek((event.target.value / 1000) * replay.length);
  event.target.blur();
});
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => act(button.dataset.act));
}
for (const button of document.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    const argument = $("preset").value.trim();
    if (argument) act(button.dataset.preset, argument);
    else $("preset").focus();
  });
}

// -- devices plugged in here --

const devices = new webmidi.WebMidi(fromKeyboard, () => {
  const names = devices.inputs.map((port) => port.name).join(", ");
  $("webmidi-why").textContent = !devices.listening ? "" : names ? `listening to ${names}` : "no keyboard is plugged in yet";
  const chosen = $("webmidi-out").value;
  $("webmidi-out").replaceChildren(made("option", { value: "" }, "none"), ...devices.outputs.map(({ id, name }) => made("option", { value: id }, name)));
  const port = devices.outputs.find(({ id }) => id === chosen) ?? null;
  $("webmidi-out").value = port?.id ?? "";
  if (synth.port && !port) synth.use(null);
});

async function useDevices(what) {
  begin();
  try {
    await what();
    return true;
  } catch {
    say("the browser does not allow this page to use MIDI");
    return false;
  }
}

$("webmidi-why").textContent = webmidi.whyNot();
$("webmidi-in").disabled = Boolean(webmidi.whyNot());
$("webmidi-out").disabled = Boolean(webmidi.whyNot());
$("webmidi-in").addEventListener("change", async ({ target }) => {
  if (!(await useDevices(() => devices.listen(target.checked)))) target.checked = false;
});
$("webmidi-out").addEventListener("pointerdown", () => devices.access ?? useDevices(() => devices.open()));
$("webmidi-out").addEventListener("focus", () => devices.access ?? useDevices(() => devices.open()));
$("webmidi-out").addEventListener("change", ({ target }) => {
  synth.use(devices.outputs.find(({ id }) => id === target.value) ?? null);
});

// -- now and then --

setInterval(() => {
  const level = sound.level();
  $("level").firstElementChild.style.transform = `scaleX(${level})`;
  $("level").setAttribute("aria-valuenow", Math.round(level * 100));
  showSpeaker();
}, 80);
setInterval(() => {
  const frames = roll.frames;
  roll.frames = 0;
  figures.frames = frames;
  if (tabs.shown !== "Figures") return;
  $("fact-frames").textContent = frames;
  $("fact-here").textContent = halfAndMost(figures.here);
  $("fact-trip").textContent = link.roundTrips.length ? `${Math.min(...link.roundTrips.map(({ took }) => took)).toFixed(1)} ms` : "–";
}, 1000);
showKeys();

// For tests and for the curious.
globalThis.antiphon = { files, sound, synth, link, roll, keys, controls, figures, tabs, replay, takes };
