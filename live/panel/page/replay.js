// Plays notes that are known already (an earlier session) in the page: on the roll before they sound, then in the sound.

const ROLL_AHEAD_MS = 3000, SOUND_AHEAD_MS = 300, LOOK_MS = 60;

export class Replay {
  // `told(place, length)` in ms while it plays, and null at its end.
  constructor(sound, roll, toDaemon, told) {
    Object.assign(this, { sound, roll, toDaemon, told });
    this.timer = null;
  }

  get plays() { return this.timer !== null; }

  // `session`: its `notes`, each [who, from, to, pitch, velocity] in ms from its beginning, in the order of `from`.
  play(session, from = 0) {
    this.stop();
    this.session = session;
    this.length = session.length;
    this.zero = performance.now() + 120 - from; // when its beginning was, or will be
    this.shown = this.sounded = session.notes.findIndex((note) => note[1] >= from);
    if (this.shown < 0) this.shown = this.sounded = session.notes.length;
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.look();
  }

  seek(place) { if (this.session) this.play(this.session, place); }

  look() {
    const { notes } = this.session, now = performance.now();
    for (; this.shown < notes.length && this.zero + notes[this.shown][1] < now + ROLL_AHEAD_MS; this.shown++) {
      const [who, from, to, pitch, velocity] = notes[this.shown];
      this.roll.put(`replay ${this.shown}`, who, pitch, this.toDaemon(this.zero + from), this.toDaemon(this.zero + to), velocity);
    }
    for (; this.sounded < notes.length && this.zero + notes[this.sounded][1] < now + SOUND_AHEAD_MS; this.sounded++) {
      const [who, from, to, pitch, velocity] = notes[this.sounded], id = `replay ${this.sounded}`;
      this.sound.start(id, who, pitch, velocity, this.zero + from, `replay ${who}`);
      this.sound.stop(id, this.zero + to);
    }
    const place = now - this.zero;
    if (place > this.length + 500) this.stop();
    else this.told(Math.max(0, place), this.length);
  }

  stop() {
    if (!this.plays) return;
    clearInterval(this.timer);
    this.timer = null;
    for (const id of [...this.sound.notes.keys()]) if (id.startsWith("replay ")) this.sound.cancel(id);
    const now = this.toDaemon(performance.now());
    for (const [id, note] of this.roll.notes) {
      if (!id.startsWith("replay ")) continue;
      this.roll.notes.delete(id);
      if (note.from <= now) this.roll.notes.set(`was ${id} ${now}`, { ...note, to: Math.min(note.to, now) });
    }
    this.told(null);
  }
}
