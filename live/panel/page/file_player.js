// A piece through the page's own sound: notes are ordered a little ahead. One piece sounds at a time.

const AHEAD_SECONDS = 0.4, LOOK_MS = 100;

export class FilePlayer {
  constructor(sound) {
    this.sound = sound;
    this.playing = null;
    this.ids = new Set();
  }

  // Within a tap. `notes` by onset; `moved(seconds)` while it goes on, `ended()` once.
  play(notes, from, moved, ended) {
    this.stop();
    this.sound.begin();
    const zero = performance.now() + 80 - from * 1000; // of performance.now(), where the piece is at 0
    let next = notes.findIndex(({ at }) => at >= from - 0.01);
    if (next < 0) next = notes.length;
    const last = notes.reduce((end, { at, length }) => Math.max(end, at + length), 0);
    const look = () => {
      const now = (performance.now() - zero) / 1000;
      for (; next < notes.length && notes[next].at < now + AHEAD_SECONDS; next++) {
        const { at, length, pitch, velocity, who } = notes[next];
        const id = `file ${next}`;
        this.ids.add(id);
        this.sound.start(id, who, pitch, velocity, zero + at * 1000);
        this.sound.stop(id, zero + (at + Math.max(length, 0.05)) * 1000);
      }
      if (now > last + 0.1) this.stop();
    };
    const frame = () => {
      if (this.playing?.zero !== zero) return;
      moved(Math.max(from, (performance.now() - zero) / 1000));
      this.playing.frame = requestAnimationFrame(frame);
    };
    this.playing = { zero, timer: setInterval(look, LOOK_MS), ended, frame: 0 };
    look();
    frame();
  }

  // Idempotent.
  stop() {
    const was = this.playing;
    if (!was) return;
    this.playing = null;
    clearInterval(was.timer);
    cancelAnimationFrame(was.frame);
    for (const id of this.ids) this.sound.cancel(id);
    this.ids.clear();
    was.ended();
  }
}
