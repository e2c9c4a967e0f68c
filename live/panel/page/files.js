// Files in the page: see one, hear it, have it continued or harmonised, and compare what was made.

import { made } from "./controls.js";
import { asked, blobOf, ENDINGS, LARGEST, notesOf } from "./file_job.js";
import { FilePlayer } from "./file_player.js";
import { FileRoll } from "./file_roll.js";

const BEFORE_SECONDS = 6; // so much of what was sent is shown and heard before what is new
const KINDS = { continue: "Continue it", harmonize: "Harmonise it", compose: "Compose a new piece" };

const FORMATS = { mid: "MIDI", musicxml: "MusicXML", abc: "ABC", krn: "kern", wav: "sound (WAV)", "score.pdf": "sheet music (PDF)" };

// Name, label, kinds that have it, and the field.
const FIELDS = [
  ["bars", "bars", ["continue", "compose"], () => number(1, 256, 1, "8 or 30 s")],
  ["voices", "voices", ["harmonize"], () => number(1, 3, 1, "3")],
  ["key", "key", ["harmonize", "compose"], () => text("auto")],
  ["meter", "meter", ["compose"], () => text("4/4")],
  ["count", "alternatives", ["continue", "harmonize", "compose"], () => Object.assign(number(1, 4, 1, ""), { value: 2 })],
  ["model", "model", ["continue", "harmonize", "compose"], () => made("select")],
  ["temperature", "temperature", ["continue", "harmonize", "compose"], () => number(0.05, 10, 0.05, "usual")],
  ["top_p", "top-p", ["continue", "harmonize", "compose"], () => number(0.05, 1, 0.05, "usual")],
  ["part", "melody is in part", ["harmonize", "continue"], () => text("found")],
  ["seed", "seed", ["continue", "harmonize", "compose"], () => number(0, 999999, 1, "drawn")],
  ["format", "file to keep", ["continue", "harmonize", "compose"], () => choices(FORMATS)],
];

export class Files {
  // `box` is filled; if it is a dialog, `opener` opens it. `sound`: the page's.
  constructor(box, sound, opener = null) {
    this.box = box;
    this.player = new FilePlayer(sound);
    this.file = null;
    this.read = null;
    this.job = null;
    this.urls = [];
    this.build(opener);
    this.models();
    this.choose("continue");
  }

  // -- the page --

  build(opener) {
    const { box } = this;
    box.classList.add("files");
    const head = made("div", { className: "files-head" });
    head.append(made("h2", {}, "Files"));
    if (opener) {
      const close = made("button", { type: "button" }, "Close");
      close.addEventListener("click", () => box.close());
      box.addEventListener("close", () => this.stop());
      opener.addEventListener("click", () => box.showModal());
      head.append(close);
    }
    this.input = made("input", { type: "file", id: "file", accept: ENDINGS.join(",") });
    const drop = made("label", { className: "drop", htmlFor: "file" });
    drop.append(made("strong", {}, "Drop a file here, or choose one"), made("span", {}, `${ENDINGS.slice(0, -1).join(" ")}, up to ${LARGEST / 1e6} MB`), this.input);
    this.input.addEventListener("change", () => this.input.files[0] && this.take(this.input.files[0]));
    for (const name of ["dragenter", "dragover"]) window.addEventListener(name, (event) => this.dragged(event, drop));
    window.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
    window.addEventListener("drop", (event) => this.dropped(event, drop));
    this.words = made("p", { className: "files-words" });
    this.words.setAttribute("role", "status");
    this.source = made("div", { className: "file-source", hidden: true });
    this.cards = made("div", { className: "file-cards" });
    this.bar = made("progress", { max: 1, value: 0, hidden: true });
    this.bar.setAttribute("aria-label", "How far it is");
    box.append(head, drop, this.source, this.form(), this.bar, this.words, this.cards);
  }

  form() {
    const form = made("form", { className: "file-form" });
    this.kind = made("select", { id: "file-kind" });
    for (const [value, words] of Object.entries(KINDS)) this.kind.append(made("option", { value }, words));
    this.kind.addEventListener("change", () => this.choose(this.kind.value));
    form.append(labelled("what", this.kind));
    this.fields = new Map();
    for (const [name, label, kinds, make] of FIELDS) {
      const field = make();
      field.id = `file-${name}`;
      const row = labelled(label, field);
      this.fields.set(name, { field, kinds, row });
      form.append(row);
    }
    const buttons = made("p", { className: "file-buttons" });
    this.make = made("button", { type: "submit", className: "main" }, "Make it");
    this.cancel = made("button", { type: "button", hidden: true }, "Cancel");
    this.cancel.addEventListener("click", () => this.job?.abort());
    buttons.append(this.make, this.cancel);
    form.append(buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    return form;
  }

  choose(kind) {
    this.kind.value = kind;
    for (const { kinds, row } of this.fields.values()) row.hidden = !kinds.includes(kind);
    this.fields.get("key").field.placeholder = kind === "compose" ? "C" : "found";
    this.fields.get("bars").field.placeholder = kind === "compose" ? "16" : "8 or 30 s";
    for (const option of this.fields.get("model").field.options) option.hidden = option.disabled = Boolean(option.value) && !option.does.includes(kind);
    if (this.fields.get("model").field.selectedOptions[0]?.disabled) this.fields.get("model").field.value = "";
  }

  async models() {
    const { field } = this.fields.get("model");
    field.append(made("option", { value: "", does: [] }, "the usual one"));
    const response = await fetch("api/models").catch(() => null);
    if (!response?.ok) return;
    for (const { name, does } of (await response.json()).models) field.append(made("option", { value: name, does }, name));
    this.choose(this.kind.value);
  }

  // -- the file --

  dragged(event, drop) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (this.box.showModal && !this.box.open) this.box.showModal();
    drop.classList.add("over");
  }

  dropped(event, drop) {
    drop.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.take(event.dataTransfer.files[0]);
  }

  async take(file) {
    this.stop();
    this.source.hidden = true;
    this.source.replaceChildren();
    this.file = this.read = null;
    await this.run("read", file, {}, `reading ${file.name}`, (message) => {
      if (message.what !== "read") return;
      this.file = file;
      this.read = message;
      this.showSource();
    });
    this.input.value = ""; // so that the same one can be chosen again
  }

  showSource() {
    const { name, seconds, key, meter, tempo, parts, remarks } = this.read;
    const notes = notesOf(parts, "you");
    const facts = [clock(seconds), `${notes.length} notes`, `${parts.length} ${parts.length === 1 ? "part" : "parts"}`, key, meter, tempo && `♩ ${Math.round(tempo)}`];
    this.source.hidden = false;
    this.source.append(this.card(name, facts.filter(Boolean).join(" · "), notes, { from: 0, to: seconds, begins: null }, remarks));
    if (this.kind.value === "compose") this.choose("continue");
    this.say("");
  }

  // -- what is made --

  async ask() {
    const kind = this.kind.value, file = kind === "compose" ? null : this.file;
    if (kind !== "compose" && !file) return this.say("choose a file first", true);
    const options = {};
    for (const [name, { field, kinds }] of this.fields) if (kinds.includes(kind) && field.value.trim()) options[name] = field.value.trim();
    this.clear();
    const whole = kind === "compose" ? [] : notesOf(this.read.parts, "you");
    const count = Number(options.count ?? 1);
    await this.run(kind, file, options, "loading the model", (message) => {
      if (message.what === "progress") {
        this.bar.value = (message.number - 1 + message.share) / count;
        this.say(count > 1 ? `making ${message.number} of ${count}` : "making it");
      } else if (message.what === "waiting") {
        this.say(message.before ? `waiting for ${message.before} other${message.before > 1 ? "s" : ""}` : "working");
      } else if (message.what === "made") this.showMade(kind, whole, message);
    });
  }

  showMade(kind, whole, { number, model, seed, begins, seconds, parts, remarks, file }) {
    const fresh = notesOf(parts, "companion");
    const notes = [...whole, ...fresh].sort((a, b) => a.at - b.at);
    const on = kind === "continue";
    const from = on ? Math.max(0, begins - BEFORE_SECONDS) : 0;
    const card = this.card(`${number}`, `${model} · seed ${seed} · ${fresh.length} new notes`, notes, { from, to: seconds, begins: on ? begins : null }, remarks);
    const url = URL.createObjectURL(blobOf(file));
    this.urls.push(url);
    card.querySelector(".file-buttons").append(made("a", { className: "button", href: url, download: file.name }, "Download"));
    this.cards.append(card);
  }

  card(title, words, notes, { from, to, begins }, remarks) {
    const card = made("article", { className: "file-card" });
    const canvas = made("canvas");
    canvas.setAttribute("aria-label", `Hear ${title} from a place; ${words}`);
    const hear = made("button", { type: "button" }, "Hear it");
    hear.setAttribute("aria-label", `Hear ${title}`);
    const play = (at) => {
      this.player.play(notes, at, (seconds) => roll.point(seconds), () => {
        roll.point(null);
        hear.textContent = "Hear it";
        this.heard = null;
      });
      hear.textContent = "Stop";
      this.heard = card;
    };
    const roll = new FileRoll(canvas, play);
    hear.addEventListener("click", () => (this.heard === card ? this.stop() : play(from)));
    const buttons = made("p", { className: "file-buttons" });
    buttons.append(hear);
    card.append(made("h3", {}, title), made("p", { className: "soft" }, words), canvas);
    for (const remark of remarks) card.append(made("p", { className: "soft" }, remark));
    card.append(buttons);
    roll.show(notes, from, to, begins);
    return card;
  }

  // One request at a time; a new one takes the place of the one before.
  async run(kind, file, options, words, take) {
    this.job?.abort();
    const job = (this.job = new AbortController());
    this.working(true, kind);
    this.say(words);
    let done = false;
    try {
      for await (const message of asked(kind, file, options, job.signal)) {
        take(message);
        done = message.what === "done";
      }
      if (this.job === job) this.say(done ? "" : "the connection was lost", !done);
    } catch (error) {
      if (this.job === job) this.say(job.signal.aborted ? "cancelled" : error.message, !job.signal.aborted);
    }
    if (this.job === job) this.working(false, kind);
  }

  working(on, kind) {
    this.bar.hidden = !on;
    if (kind === "read") this.bar.removeAttribute("value");
    else this.bar.value = 0;
    this.cancel.hidden = !on;
    this.make.disabled = on;
  }

  clear() {
    this.stop();
    this.cards.replaceChildren();
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
  }

  // Nothing sounds any more.
  stop() { this.player.stop(); }

  say(words, bad = false) {
    this.words.textContent = words;
    this.words.classList.toggle("bad", bad);
  }
}

function labelled(words, field) {
  const row = made("label", { className: "file-row", htmlFor: field.id });
  row.append(made("span", {}, words), field);
  return row;
}

function number(min, max, step, placeholder) {
  return made("input", { type: "number", min, max, step, placeholder });
}

function choices(words) {
  const field = made("select");
  for (const [value, label] of Object.entries(words)) field.append(made("option", { value }, label));
  return field;
}

function text(placeholder) {
  return made("input", { type: "text", maxLength: 60, placeholder, autocomplete: "off" });
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
}
