// The piano roll of a whole piece, standing still, with a line where it is being heard. Times are seconds.

const EDGE = 6;
const STEP_SECONDS = 5; // of an arrow key

export class FileRoll {
  // `seek(seconds)` is called where somebody points.
  constructor(canvas, seek) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.notes = [];
    this.from = 0;
    this.to = 1;
    this.begins = null;
    this.place = null;
    canvas.addEventListener("pointerdown", (event) => seek(this.secondsAt(event.offsetX)));
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "slider");
    canvas.addEventListener("keydown", (event) => this.key(event, seek));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  // `notes`: {at, length, pitch, velocity, who}; `begins`: where the new music begins, or null.
  show(notes, from, to, begins) {
    Object.assign(this, { notes, from, to: Math.max(to, from + 0.1), begins });
    const pitches = notes.map(({ pitch }) => pitch);
    const low = pitches.reduce((a, b) => Math.min(a, b), 127), high = pitches.reduce((a, b) => Math.max(a, b), 0);
    const more = Math.max(0, 12 - (high - low)) / 2;
    this.low = low - 2 - more;
    this.high = high + 2 + more;
    this.tell();
    this.draw();
  }

  // For screen readers.
  tell() {
    const { canvas } = this, at = Math.round(this.place ?? this.from);
    for (const [name, value] of [["min", this.from], ["max", this.to], ["now", at]]) canvas.setAttribute(`aria-value${name}`, Math.round(value));
    canvas.setAttribute("aria-valuetext", this.place === null ? "not playing" : `${at} seconds`);
  }

  // Arrow keys, Home and End: heard from there.
  key(event, seek) {
    const by = { ArrowLeft: -STEP_SECONDS, ArrowDown: -STEP_SECONDS, ArrowRight: STEP_SECONDS, ArrowUp: STEP_SECONDS, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    seek(Math.min(Math.max(this.to - STEP_SECONDS, this.from), Math.max(this.from, (this.place ?? this.from) + by)));
  }

  // Where it is heard; null: nowhere.
  point(seconds) {
    this.place = seconds;
    this.tell();
    this.draw();
  }

  secondsAt(x) {
    const share = (x - EDGE) / Math.max(1, this.canvas.clientWidth - 2 * EDGE);
    return this.from + Math.min(1, Math.max(0, share)) * (this.to - this.from);
  }

  resize() {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = Math.round(this.canvas.clientWidth * scale);
    this.canvas.height = Math.round(this.canvas.clientHeight * scale);
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.draw();
  }

  draw() {
    const { pen } = this, width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width) return;
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.clearRect(0, 0, width, height);
    const x = (seconds) => EDGE + ((seconds - this.from) / (this.to - this.from)) * (width - 2 * EDGE);
    const tall = height / (this.high - this.low + 1);
    pen.fillStyle = colour("line");
    for (let pitch = Math.ceil(this.low / 12) * 12; pitch <= this.high; pitch += 12) pen.fillRect(0, (this.high - pitch + 1) * tall, width, 1);
    if (this.begins !== null) pen.fillRect(x(this.begins) - 1, 0, 2, height);
    const colours = { you: colour("you"), companion: colour("companion") };
    for (const note of this.notes) {
      if (note.at + note.length < this.from || note.at > this.to) continue;
      const left = Math.max(0, x(note.at)), right = x(note.at + note.length);
      pen.globalAlpha = 0.5 + (0.5 * note.velocity) / 127;
      pen.fillStyle = colours[note.who];
      pen.fillRect(left, (this.high - note.pitch) * tall, Math.max(2, right - left - 1), Math.max(2, tall - 0.5));
    }
    pen.globalAlpha = 1;
    if (this.place === null) return;
    pen.fillStyle = colour("ink");
    pen.fillRect(x(this.place) - 1, 0, 2, height);
  }
}
