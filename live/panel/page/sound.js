// Two instruments of Web Audio nodes: what you play, and the companion. Notes are scheduled to the sample.

const MOST_NOTES = 64;
const RELEASE_SECONDS = 0.09;
const ROOM_AFTER_MS = 250;
const BEND_CENTS = 200; // a synth's usual range: two semitones each way
const PATCHES = {
  you: { partials: [1, 0.5, 0.2, 0.12, 0.05, 0.03], attack: 0.003, decay: 1.1, sustain: 0.06, bright: 5.5, gain: 0.3, pan: -0.12 },
  companion: { partials: [1, 0.32, 0.28, 0.1, 0.09, 0.04, 0.03], attack: 0.012, decay: 2.2, sustain: 0.35, bright: 3.6, gain: 0.22, pan: 0.16 },
};

export class Sound {
  constructor() {
    this.volume = 0.8;
    this.context = null; // only a tap may make it
    this.notes = new Map();
    this.lines = new Map(); // "you", "companion 1": what one channel's pedal, bend and loudness are
    this.begun = () => {}; // told (id, moment of performance.now() at which it is heard)
  }

  // Within a tap or a key press. Idempotent.
  begin() {
    if (this.context) {
      if (this.context.state !== "running") this.context.resume();
      return;
    }
    const context = new AudioContext({ latencyHint: "interactive" });
    this.context = context;
    this.master = new GainNode(context, { gain: this.volume });
    const limiter = new DynamicsCompressorNode(context, { threshold: -14, knee: 10, ratio: 8, attack: 0.003, release: 0.15 });
    this.meter = new AnalyserNode(context, { fftSize: 1024 });
    this.samples = new Float32Array(1024);
    this.bus = new GainNode(context);
    this.bus.connect(limiter);
    setTimeout(() => this.addRoom(limiter), ROOM_AFTER_MS);
    limiter.connect(this.master).connect(this.meter).connect(context.destination);
    this.waves = {};
    for (const [who, patch] of Object.entries(PATCHES)) {
      const imaginary = new Float32Array([0, ...patch.partials]);
      this.waves[who] = context.createPeriodicWave(new Float32Array(imaginary.length), imaginary);
    }
    context.resume();
  }

  // A hall around all notes: 20 ms of work, which the first key does not wait for.
  addRoom(to) {
    const { context } = this;
    const room = new ConvolverNode(context, { buffer: impulse(context) });
    this.bus.connect(room).connect(new GainNode(context, { gain: 0.16 })).connect(to);
  }

  get running() { return this.context?.state === "running"; }

  setVolume(share) {
    this.volume = share;
    this.master?.gain.setTargetAtTime(share, this.context.currentTime, 0.02);
  }

  // The context's time of a moment of performance.now(); what is past is now.
  at(local) {
    const now = this.context.currentTime;
    return Math.max(now, now + (local - performance.now()) / 1000);
  }

  // The moment of performance.now() at which the context's time is heard.
  heardAt(when) {
    const stamp = this.context.getOutputTimestamp();
    return stamp.performanceTime ? stamp.performanceTime + (when - stamp.contextTime) * 1000 : NaN;
  }

  // What a channel has beside notes: made when it is first played on.
  line(name) {
    let line = this.lines.get(name);
    if (!line) {
      line = { pedal: false, bend: 0, loud: 1, tune: null, gain: null };
      this.lines.set(name, line);
    }
    if (this.context && !line.tune) {
      line.tune = new ConstantSourceNode(this.context, { offset: line.bend });
      line.tune.start();
      line.gain = new GainNode(this.context, { gain: line.loud });
      line.gain.connect(this.bus);
    }
    return line;
  }

  start(id, who, pitch, velocity, local, lineName = who) {
    if (!this.running) return;
    this.cancel(id);
    if (this.notes.size >= MOST_NOTES) this.cancel(this.notes.keys().next().value);
    const { context } = this;
    const patch = PATCHES[who], line = this.line(lineName);
    const when = this.at(local);
    const frequency = 440 * 2 ** ((pitch - 69) / 12);
    const loud = (velocity / 127) ** 1.5;
    const envelope = new GainNode(context, { gain: 0 });
    const release = new GainNode(context, { gain: 1 });
    const filter = new BiquadFilterNode(context, { type: "lowpass", Q: 0.4, frequency: Math.min(14000, frequency * (1.5 + patch.bright * loud)) });
    filter.frequency.setTargetAtTime(Math.min(9000, frequency * 2.2), when, patch.decay / 3);
    const pan = new StereoPannerNode(context, { pan: Math.max(-1, Math.min(1, patch.pan + (pitch - 60) / 160)) });
    const peak = patch.gain * loud * Math.min(1.3, Math.max(0.5, 1 - (pitch - 60) / 110));
    envelope.gain.setValueAtTime(0, when);
    envelope.gain.linearRampToValueAtTime(peak, when + patch.attack);
    envelope.gain.setTargetAtTime(peak * patch.sustain, when + patch.attack, patch.decay * (pitch < 60 ? 1.2 : 0.8));
    const tones = [-2.5, 2.5].map((detune) => {
      const tone = new OscillatorNode(context, { frequency, detune });
      tone.setPeriodicWave(this.waves[who]);
      line.tune.connect(tone.detune);
      tone.connect(filter);
      tone.start(when);
      return tone;
    });
    filter.connect(envelope).connect(release).connect(pan).connect(line.gain);
    const note = { tones, release, pan, when, line, up: null };
    tones[0].onended = () => {
      pan.disconnect();
      for (const tone of tones) line.tune.disconnect(tone.detune);
      if (this.notes.get(id) === note) this.notes.delete(id);
    };
    this.notes.set(id, note);
    this.begun(id, this.heardAt(when));
  }

  // Its key is up; under a pedal it sounds on.
  stop(id, local) {
    const note = this.notes.get(id);
    if (!note) return;
    if (note.line.pedal) note.up = local;
    else this.end(note, local);
  }

  end(note, local) {
    const when = Math.max(this.at(local), note.when + 0.02);
    note.up = null;
    note.release.gain.cancelScheduledValues(0);
    note.release.gain.setValueAtTime(1, when);
    note.release.gain.setTargetAtTime(0, when, RELEASE_SECONDS / 2);
    for (const tone of note.tones) tone.stop(when + RELEASE_SECONDS * 5);
  }

  // Pedal, bend, expression and modulation of a channel: one MIDI message.
  move(lineName, [status, first, second]) {
    const line = this.line(lineName);
    const kind = status & 0xf0;
    if (kind === 0xb0 && first === 64) {
      line.pedal = second >= 64;
      if (!line.pedal) for (const note of this.notes.values()) if (note.line === line && note.up !== null) this.end(note, note.up);
    } else if (kind === 0xe0) {
      line.bend = (((second << 7) | first) - 8192) / 8192 * BEND_CENTS;
      line.tune?.offset.setTargetAtTime(line.bend, this.context.currentTime, 0.005);
    } else if (kind === 0xb0 && first === 11) {
      line.loud = (second / 127) ** 1.5;
      line.gain?.gain.setTargetAtTime(line.loud, this.context.currentTime, 0.01);
    }
  }

  // At once, and whether it has begun or not.
  cancel(id) {
    const note = this.notes.get(id);
    if (!note) return;
    const now = this.context.currentTime;
    this.notes.delete(id);
    note.release.gain.cancelScheduledValues(0);
    note.release.gain.setTargetAtTime(0, now, 0.006);
    for (const tone of note.tones) tone.stop(now + 0.05);
  }

  silence() {
    for (const id of [...this.notes.keys()]) this.cancel(id);
    for (const name of this.lines.keys()) {
      this.move(name, [0xb0, 64, 0]);
      this.move(name, [0xe0, 0, 64]);
      this.move(name, [0xb0, 11, 127]);
    }
  }

  // 0 to 1: the loudest sample of the last moment.
  level() {
    if (!this.running) return 0;
    this.meter.getFloatTimeDomainData(this.samples);
    let most = 0;
    for (const sample of this.samples) most = Math.max(most, Math.abs(sample));
    return Math.min(1, most);
  }
}

// A small hall: noise that fades away.
function impulse(context) {
  const length = Math.round(context.sampleRate * 1.6);
  const buffer = context.createBuffer(2, length, context.sampleRate);
  for (let channel = 0; channel < 2; channel++) {
    const data = buffer.getChannelData(channel);
    let smooth = 0;
    for (let n = 0; n < length; n++) {
      smooth += 0.35 * (Math.random() * 2 - 1 - smooth);
      data[n] = smooth * (1 - n / length) ** 3.2;
    }
  }
  return buffer;
}
