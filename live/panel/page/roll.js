// The piano roll: what was played passes to the left of a line that is now; to its right, what is about to sound.

const PAST_MS = 9000, SOON_MS = 3000;
const OPEN = Infinity;
const BLACK = [1, 3, 6, 8, 10];
const MOST_LINES = 60;

export class Roll {
  constructor(canvas, now) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.now = now; // the daemon's milliseconds
    this.notes = new Map();
    this.lines = []; // bar lines that have passed
    this.beat = null;
    this.phrases = [];
    this.low = 52;
    this.high = 79;
    this.frames = 0;
    this.times = 1; // how large words are
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
    const names = ["you", "companion", "soon", "line", "soft", "ink", "row", "bar"];
    this.colour = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.font = `500 ${12 * this.times}px ${style.fontFamily}`;
  }

  // Words and notes, to be seen from further away.
  enlarge(times) {
    this.times = times;
    this.readColours();
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

  phrase(at, who) {
    this.phrases.push({ at, who });
    if (this.phrases.length > MOST_LINES) this.phrases.shift();
  }

  // A bar line, how far it is to the next, and into how many beats it falls; null: there is no beat.
  keepTime(beat) { this.beat = beat; }

  // Lines that pass stay where they were, whatever the tempo becomes; returns those of now and to come.
  barLines(now) {
    if (!this.beat) return [];
    const { line, bar, number } = this.beat;
    const found = [];
    for (let n = Math.floor((now - line) / bar); n <= (now + SOON_MS - line) / bar; n++) {
      const at = line + n * bar;
      const last = this.lines.at(-1);
      if (at > now) found.push({ at, number: number + n });
      else if (!last || at - last.at > bar / 2) this.lines.push({ at, number: number + n });
    }
    while (this.lines.length && this.lines[0].at < now - PAST_MS) this.lines.shift();
    return found;
  }

  draw() {
    if (!this.width) return;
    this.frames++;
    const { pen, width, height, colour } = this;
    const now = this.now();
    const scale = width / (PAST_MS + SOON_MS), line = Math.round(PAST_MS * scale);
    const x = (at) => line + (at - now) * scale;
    pen.clearRect(0, 0, width, height);
    this.follow(now);
    const tall = height / (this.high - this.low + 1);
    const y = (pitch) => height - (pitch - this.low + 1) * tall;
    this.ground(x, y, tall, line);
    this.time(x, now);
    for (const { at, who } of this.phrases) {
      if (at < now - PAST_MS) continue;
      pen.fillStyle = colour[who];
      const left = Math.round(x(at));
      pen.fillRect(left, height - 22, 2, 22);
      pen.beginPath(); // a breath, as singers write it
      pen.arc(left + 1, height - 26, 4, 0, 2 * Math.PI);
      pen.fill();
    }
    for (const [id, note] of this.notes) {
      if (note.to < now - PAST_MS - 500) {
        this.notes.delete(id);
        continue;
      }
      const open = note.from > now ? note.from + 250 : Math.max(now, note.from + 60); // nobody knows its end yet
      const left = x(note.from), right = x(note.to === OPEN ? open : note.to);
      const high = Math.max(4, Math.min(22 * this.times, tall - 2)), top = y(note.pitch) + (tall - high) / 2;
      this.note(note, left, top, Math.max(4, right - left - 1), high, now);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colour.ink;
    pen.fillRect(line, 0, 2, height);
  }

  // Rows of the black keys, octaves and their names; what is to come is a little lighter.
  ground(x, y, tall, line) {
    const { pen, width, height, colour } = this;
    pen.fillStyle = colour.row;
    for (let pitch = Math.floor(this.low); pitch <= this.high + 1; pitch++) {
      if (BLACK.includes(((pitch % 12) + 12) % 12)) pen.fillRect(0, y(pitch), width, tall);
    }
    pen.globalAlpha = 0.5;
    pen.fillRect(line, 0, width - line, height);
    pen.globalAlpha = 1;
    pen.font = this.font;
    for (let pitch = Math.ceil(this.low / 12) * 12; pitch <= this.high; pitch += 12) {
      pen.fillStyle = colour.line;
      pen.fillRect(0, Math.round(y(pitch) + tall), width, 1);
      pen.fillStyle = colour.soft;
      pen.fillText(`C${pitch / 12 - 1}`, 10, y(pitch) + tall - 5);
    }
  }

  time(x, now) {
    const { pen, height, width, colour } = this;
    const coming = this.barLines(now);
    pen.font = this.font;
    const draw = ({ at, number }, alpha) => {
      const left = Math.round(x(at));
      if (left < 0 || left > width) return;
      pen.globalAlpha = alpha;
      pen.fillStyle = colour.bar;
      pen.fillRect(left, 0, 1, height);
      if (number > 0) pen.fillText(number, left + 5, height - 8);
    };
    for (const each of this.lines) draw(each, 1);
    for (const each of coming) draw(each, 0.65);
    if (this.beat) {
      const { line, bar, beats } = this.beat, each = bar / beats;
      pen.globalAlpha = 0.3;
      for (let n = Math.floor((now - line) / each); n <= (now + SOON_MS - line) / each; n++) {
        const at = line + n * each;
        if (at > now && n % beats) pen.fillRect(Math.round(x(at)), 0, 1, height);
      }
    }
    pen.globalAlpha = 1;
  }

  note(note, left, top, wide, high, now) {
    const { pen, colour } = this;
    const round = Math.min(5, high / 2);
    const tone = colour[note.who];
    pen.beginPath();
    pen.roundRect(left, top, wide, high, round);
    if (note.from > now) {
      pen.fillStyle = pen.strokeStyle = tone;
      pen.globalAlpha = note.tentative ? 0.12 : 0.4;
      pen.fill();
      pen.globalAlpha = note.tentative ? 0.6 : 1;
      pen.lineWidth = note.tentative ? 1.5 : 2;
      pen.setLineDash(note.tentative ? [4, 4] : []);
      pen.stroke();
      pen.setLineDash([]);
      return;
    }
    pen.globalAlpha = 0.45 + 0.55 * (note.velocity / 127);
    pen.fillStyle = tone;
    pen.fill();
    if (note.to > now) { // it sounds
      pen.globalAlpha = 0.9;
      pen.strokeStyle = colour.ink;
      pen.lineWidth = 1.5;
      pen.stroke();
    }
  }

  // Show the pitches that there are, moving slowly.
  follow(now) {
    let low = 55, high = 79;
    for (const note of this.notes.values()) {
      if (note.to < now - PAST_MS) continue;
      low = Math.min(low, note.pitch - 3);
      high = Math.max(high, note.pitch + 3);
    }
    this.low += (low - this.low) * 0.06;
    this.high += (high - this.high) * 0.06;
  }
}
