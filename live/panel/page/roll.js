// The piano roll: what was played passes to the left of a line that is now; to its right, what is about to sound.

const PAST_MS = 9000, SOON_MS = 3000;
const OPEN = Infinity;

export class Roll {
  constructor(canvas, now) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.now = now; // the daemon's milliseconds
    this.notes = new Map();
    this.bars = [];
    this.low = 55;
    this.high = 79;
    this.frames = 0;
    this.readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.readColours());
    new ResizeObserver(() => this.resize()).observe(canvas);
    const draw = () => {
      if (!document.hidden) this.draw();
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    this.colour = Object.fromEntries(["you", "companion", "soon", "line", "soft", "ink"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  resize() {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
  }

  put(id, who, pitch, from, to, velocity, tentative = false) {
    this.notes.set(id, { who, pitch, from, to: to ?? OPEN, velocity, tentative });
  }

  end(id, at) {
    const note = this.notes.get(id);
    if (note && note.to > at) note.to = Math.max(at, note.from);
  }

  remove(id) { this.notes.delete(id); }

  endAll(at) {
    for (const [id, note] of this.notes) {
      if (note.from > at) this.notes.delete(id);
      else if (note.to > at) note.to = at;
    }
  }

  bar(at) {
    if (!this.bars.length || Math.abs(this.bars.at(-1) - at) > 150) this.bars.push(at);
    if (this.bars.length > 40) this.bars.shift();
  }

  draw() {
    if (!this.width) return;
    this.frames++;
    const { pen, width, height, colour } = this;
    const now = this.now();
    const scale = width / (PAST_MS + SOON_MS), line = PAST_MS * scale;
    const x = (at) => line + (at - now) * scale;
    pen.clearRect(0, 0, width, height);
    this.follow(now);
    const rows = this.high - this.low + 1, tall = height / rows;
    const y = (pitch) => height - (pitch - this.low + 1) * tall;
    pen.fillStyle = colour.line;
    for (let pitch = Math.ceil(this.low); pitch <= this.high; pitch++) {
      if (pitch % 12 === 0) {
        pen.globalAlpha = 0.9;
        pen.fillRect(0, y(pitch) + tall, width, 1);
        pen.globalAlpha = 1;
        pen.fillStyle = colour.soft;
        pen.font = "12px system-ui";
        pen.fillText(`C${pitch / 12 - 1}`, 6, y(pitch) + tall - 4);
        pen.fillStyle = colour.line;
      }
    }
    for (const at of this.bars) if (x(at) > 0) pen.fillRect(x(at), 0, 1, height);
    for (const [id, note] of this.notes) {
      if (note.to < now - PAST_MS - 500) {
        this.notes.delete(id);
        continue;
      }
      const left = x(note.from), right = x(note.to === OPEN ? Math.max(now, note.from + 60) : note.to);
      const top = y(note.pitch) + 1, high = Math.max(3, tall - 2), wide = Math.max(3, right - left - 1);
      if (note.from > now) {
        pen.globalAlpha = note.tentative ? 0.75 : 1;
        pen.strokeStyle = note.tentative ? colour.soon : colour.companion;
        pen.lineWidth = note.tentative ? 1.5 : 2.5;
        pen.strokeRect(left + 1, top + 1, Math.max(2, wide - 2), Math.max(2, high - 2));
      } else {
        pen.globalAlpha = 0.55 + 0.45 * (note.velocity / 127);
        pen.fillStyle = colour[note.who];
        pen.beginPath();
        pen.roundRect(left, top, wide, high, Math.min(4, high / 2));
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colour.ink;
    pen.fillRect(line, 0, 2, height);
  }

  // Show the pitches that there are, moving slowly.
  follow(now) {
    let low = 55, high = 79;
    for (const note of this.notes.values()) {
      if (note.to < now - PAST_MS) continue;
      low = Math.min(low, note.pitch - 3);
      high = Math.max(high, note.pitch + 3);
    }
    this.low += (low - this.low) * 0.08;
    this.high += (high - this.high) * 0.08;
  }
}
