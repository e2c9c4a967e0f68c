// The piano on the screen and the computer's keyboard: both say which key went down, how hard, and up again.

const ROW = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote"];
const LETTERS = ["A", "W", "S", "E", "D", "F", "T", "G", "Y", "H", "U", "J", "K", "O", "L", "P", ";", "'"];
const WHITE = [0, 2, 4, 5, 7, 9, 11];
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const LEAST_WIDTH = 34;
const FINGERS = matchMedia("(pointer: coarse)"); // letters of a keyboard say nothing then

export const nameOf = (pitch) => NAMES[pitch % 12] + (Math.floor(pitch / 12) - 1);

export class Keys {
  // `press(pitch, velocity, local)` and `release(pitch, local)`; `local` is of performance.now().
  constructor(element, press, release, changed) {
    this.element = element;
    this.changed = changed;
    this.base = 60; // what A plays
    this.velocity = 84;
    this.elements = new Map();
    this.fingers = new Map(); // pointer or key of the computer -> pitch
    this.down = new Map(); // pitch -> by how many fingers
    this.pressKey = press;
    this.releaseKey = release;
    this.marks = { you: new Map(), companion: new Map() };
    element.addEventListener("pointerdown", (event) => this.pointerDown(event));
    element.addEventListener("pointermove", (event) => this.pointerMove(event));
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => this.lift(event.pointerId, event));
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    window.addEventListener("keydown", (event) => this.keyDown(event));
    window.addEventListener("keyup", (event) => this.lift(event.code, event));
    window.addEventListener("blur", () => this.liftAll());
    document.addEventListener("visibilitychange", () => document.hidden && this.liftAll());
    new ResizeObserver(() => this.draw()).observe(element);
  }

  // -- the computer's keyboard --

  keyDown(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const writing = event.target.closest?.("select, textarea, input:not([type=range], [type=checkbox], [type=radio])");
    if (writing) return;
    const place = ROW.indexOf(event.code);
    if (place >= 0) {
      event.preventDefault();
      if (!event.repeat) this.touch(event.code, this.base + place, this.velocity, event);
    } else if (!event.repeat && event.code === "KeyZ") this.shift(-12);
    else if (!event.repeat && event.code === "KeyX") this.shift(12);
    else if (event.code === "KeyC") this.setVelocity(this.velocity - 16);
    else if (event.code === "KeyV") this.setVelocity(this.velocity + 16);
  }

  shift(by) {
    this.base = Math.min(96, Math.max(24, this.base + by));
    this.draw();
    this.changed();
  }

  setVelocity(velocity) {
    this.velocity = Math.min(127, Math.max(1, velocity));
    this.changed();
  }

  // -- mouse and fingers --

  pointerDown(event) {
    if (event.button) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    const hit = this.at(event);
    if (hit) this.touch(event.pointerId, hit.pitch, hit.velocity, event);
  }

  pointerMove(event) {
    if (!this.fingers.has(event.pointerId)) return;
    const hit = this.at(event);
    if (hit && hit.pitch !== this.fingers.get(event.pointerId)) {
      this.lift(event.pointerId, event);
      this.touch(event.pointerId, hit.pitch, hit.velocity, event);
    }
  }

  at(event) {
    const box = this.element.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    if (y < 0 || y > box.height) return null;
    let found = null;
    for (const [pitch, key] of this.elements) {
      const inside = x >= key.left && x < key.left + key.width && y < key.height * box.height;
      if (inside && (!found || key.black)) found = { pitch, height: key.height * box.height };
    }
    return found && { pitch: found.pitch, velocity: Math.round(45 + 70 * Math.min(1, y / found.height)) };
  }

  // -- fingers --

  touch(finger, pitch, velocity, event) {
    if (pitch < 0 || pitch > 127 || this.fingers.has(finger)) return;
    this.fingers.set(finger, pitch);
    const count = this.down.get(pitch) ?? 0;
    this.down.set(pitch, count + 1);
    if (!count) this.pressKey(pitch, velocity, event.timeStamp);
  }

  lift(finger, event) {
    const pitch = this.fingers.get(finger);
    if (pitch === undefined) return;
    this.fingers.delete(finger);
    const count = this.down.get(pitch) - 1;
    if (count) this.down.set(pitch, count);
    else {
      this.down.delete(pitch);
      this.releaseKey(pitch, event?.timeStamp ?? performance.now());
    }
  }

  liftAll() {
    for (const finger of [...this.fingers.keys()]) this.lift(finger);
  }

  // -- what is seen --

  mark(who, pitch, on) {
    const marks = this.marks[who];
    const count = Math.max(0, (marks.get(pitch) ?? 0) + (on ? 1 : -1));
    marks.set(pitch, count);
    this.elements.get(pitch)?.node.classList.toggle(who, count > 0);
  }

  unmark() {
    for (const [who, marks] of Object.entries(this.marks)) {
      marks.clear();
      for (const { node } of this.elements.values()) node.classList.remove(who);
    }
  }

  draw() {
    const width = this.element.clientWidth;
    if (!width) return;
    const whites = Math.max(8, Math.min(36, Math.floor(width / Math.max(LEAST_WIDTH, Math.min(44, width / 24)))));
    const octavesBelow = whites >= 32 ? 2 : whites >= 20 ? 1 : 0; // harmony lies below
    const first = Math.max(12, this.base - 12 * octavesBelow);
    const wide = width / whites;
    this.element.replaceChildren();
    this.elements.clear();
    for (let place = 0; place < whites; place++) {
      const pitch = first + 12 * Math.floor(place / 7) + WHITE[place % 7];
      if (pitch > 127) break;
      this.add(pitch, place * wide, wide, false);
      const sharp = ![2, 6].includes(place % 7) && place < whites - 1;
      if (sharp) this.add(pitch + 1, (place + 1) * wide - wide * 0.3, wide * 0.6, true);
    }
  }

  add(pitch, left, width, black) {
    const node = document.createElement("div");
    node.className = `key ${black ? "black" : "white"}`;
    node.style.left = `${left}px`;
    node.style.width = `${width}px`;
    node.setAttribute("aria-hidden", "true");
    node.dataset.pitch = pitch;
    const letter = FINGERS.matches ? undefined : LETTERS[pitch - this.base];
    node.textContent = letter ?? (pitch % 12 === 0 ? nameOf(pitch) : "");
    for (const [who, marks] of Object.entries(this.marks)) node.classList.toggle(who, (marks.get(pitch) ?? 0) > 0);
    this.element.append(node);
    this.elements.set(pitch, { node, left, width, black, height: black ? 0.62 : 1 });
  }
}
