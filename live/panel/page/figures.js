// How quickly everything went: figures, and a histogram of the last strikes.

export class Figures {
  constructor(canvas) {
    this.canvas = canvas;
    this.counts = [];
    this.here = []; // ms from a key in this page to the companion's first note, told to it
    this.sounded = []; // the same until that note is heard
    this.own = []; // ms from a key in this page until it is heard itself
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  keep(list, value) {
    list.push(value);
    if (list.length > 512) list.shift();
  }

  tell(counts) {
    this.counts = counts;
    this.draw();
  }

  // Half a millisecond each, the last: all that took longer.
  draw() {
    const { canvas, counts } = this;
    const width = canvas.clientWidth, height = canvas.clientHeight, scale = window.devicePixelRatio || 1;
    if (!width) return;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.scale(scale, scale);
    pen.font = `500 11px ${style.fontFamily}`;
    const most = Math.max(1, ...counts), each = width / Math.max(1, counts.length), floor = height - 18;
    pen.fillStyle = colour("line");
    pen.fillRect(0, floor, width, 1);
    counts.forEach((count, n) => {
      const tall = Math.round((count / most) * (floor - 4));
      pen.fillStyle = colour(n === counts.length - 1 ? "bad" : "companion");
      pen.beginPath();
      pen.roundRect(n * each + 1, floor - tall, each - 2, tall, [Math.min(3, tall / 2), Math.min(3, tall / 2), 0, 0]);
      pen.fill();
    });
    pen.fillStyle = colour("soft");
    const last = (counts.length - 1) / 2;
    for (let ms = 0; ms < last; ms += 2) pen.fillText(ms ? `${ms}` : "0 ms", ms * 2 * each + 1, height - 4);
    pen.textAlign = "right";
    if (counts.length) pen.fillText(`over ${last}`, width - 1, height - 4);
    pen.textAlign = "left";
    pen.fillText(counts.some(Boolean) ? "" : "no strikes yet", width / 2 - 40, floor / 2);
  }
}

// p50 and p99 in words.
export function halfAndMost(values) {
  if (!values.length) return "–";
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))].toFixed(1);
  return `${at(0.5)} · ${at(0.99)} ms`;
}
