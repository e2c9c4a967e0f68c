// Keyboards and synths plugged into the machine that shows the page, where the browser lets pages use them.

const OWN = /antiphon/i; // our own ports would make a circle
const SOON_MS = 25; // what is due later is not handed over yet: it may be taken back

export function whyNot() {
  if (!window.isSecureContext) return "MIDI keyboards and synths plugged in here: browsers allow that on the machine that Antiphon runs on, or with --tls, not over plain http.";
  if (!navigator.requestMIDIAccess) return "This browser has no Web MIDI (Safari never has); Chrome, Edge and Firefox have.";
  return "";
}

export class WebMidi {
  // `heard(bytes, local)`, `changed()` whenever a device comes or goes.
  constructor(heard, changed) {
    this.heard = heard;
    this.changed = changed;
    this.access = null;
    this.listening = false;
  }

  // Asks for leave. Rejects where it is not given.
  async open() {
    if (this.access) return;
    this.access = await navigator.requestMIDIAccess({ sysex: false });
    this.access.onstatechange = () => this.look();
    this.look();
  }

  async listen(on) {
    if (on) await this.open();
    this.listening = on;
    this.look();
  }

  look() {
    for (const input of this.inputs) {
      input.onmidimessage = !this.listening ? null : (event) => {
        if (event.data.length <= 3 && event.data[0] < 0xf8) this.heard([...event.data], event.timeStamp);
      };
    }
    this.changed();
  }

  get inputs() { return this.access ? [...this.access.inputs.values()].filter((port) => !OWN.test(port.name ?? "")) : []; }
  get outputs() { return this.access ? [...this.access.outputs.values()].filter((port) => !OWN.test(port.name ?? "")) : []; }
}

// The companion on a synth: each note-on has its note-off, whatever happens.
export class MidiOut {
  constructor() {
    this.port = null;
    this.notes = new Map();
  }

  // Another synth, or null: none.
  use(port) {
    this.silence();
    this.port = port;
    port?.open();
  }

  start(id, channel, pitch, velocity, local) {
    if (!this.port) return;
    this.cancel(id);
    const note = { channel, pitch, on: false, timer: 0 };
    this.notes.set(id, note);
    const begin = () => {
      note.on = true;
      this.port.send([0x90 | channel, pitch, velocity], local);
    };
    this.when(note, local, begin);
  }

  stop(id, local) {
    const note = this.notes.get(id);
    if (!note) return;
    if (!note.on && local <= performance.now()) return this.cancel(id);
    this.when(note, local, () => this.end(id, local), "ending");
  }

  cancel(id) {
    const note = this.notes.get(id);
    if (!note) return;
    clearTimeout(note.timer);
    clearTimeout(note.ending);
    this.notes.delete(id);
    if (note.on) this.port?.send([0x80 | note.channel, note.pitch, 64], performance.now() + SOON_MS); // after its note-on
  }

  end(id, local) {
    const note = this.notes.get(id);
    if (!note) return;
    this.notes.delete(id);
    clearTimeout(note.timer);
    if (note.on) this.port?.send([0x80 | note.channel, note.pitch, 64], local);
  }

  when(note, local, what, timer = "timer") {
    clearTimeout(note[timer]);
    const wait = local - performance.now() - SOON_MS;
    if (wait > 0) note[timer] = setTimeout(what, wait);
    else what();
  }

  // Pedal, bend, program: at once.
  move(bytes) { this.port?.send(bytes); }

  silence() {
    for (const id of [...this.notes.keys()]) this.cancel(id);
    if (!this.port) return;
    for (let channel = 0; channel < 16; channel++) for (const number of [64, 123, 120]) this.port.send([0xb0 | channel, number, 0]);
  }
}
