// The WebSocket to the daemon: messages by the table, the daemon's clock, and coming back after a break.

import { FIELDS } from "./messages.js";

const AGAIN_MS = [250, 500, 1000, 2000];
const PINGS = 8;

export class Link {
  // `take` gets a message, `changed` whether the daemon is there.
  constructor(take, changed) {
    this.take = take;
    this.changed = changed;
    this.offset = 0; // the daemon's clock minus performance.now(), ms
    this.roundTrips = [];
    this.tries = 0;
    this.there = false;
    this.open();
    setInterval(() => this.ping(), 2000);
  }

  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.roundTrips = [];
      for (let n = 0; n < PINGS; n++) setTimeout(() => this.ping(), 40 * n);
    };
    socket.onmessage = (event) => {
      for (const message of JSON.parse(event.data)) this.read(message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      const was = this.there;
      this.there = false;
      if (was || this.tries === 0) this.changed(false, event.reason);
      setTimeout(() => this.open(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
    };
  }

  read(message) {
    if (message.is === "pong") {
      const now = performance.now();
      this.roundTrips.push({ took: now - message.sent, offset: message.now - (now + message.sent) / 2 });
      if (this.roundTrips.length > PINGS) this.roundTrips.shift();
      this.offset = this.roundTrips.reduce((a, b) => (b.took < a.took ? b : a)).offset;
      return;
    }
    if (message.is === "hello") {
      this.page = message.page;
      this.there = true;
      this.changed(true, "");
    }
    this.take(message);
  }

  send(name, fields) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const message = { is: name };
    for (const field of FIELDS[name]) message[field] = fields[field] ?? null;
    this.socket.send(JSON.stringify(message));
  }

  ping() {
    this.send("ping", { sent: performance.now() });
  }

  // Daemon's milliseconds from the page's, and back.
  toDaemon(local) { return local + this.offset; }
  toLocal(daemon) { return daemon - this.offset; }
}
