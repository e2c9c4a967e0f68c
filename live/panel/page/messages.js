// The messages between page and daemon: made from live/panel/messages.py, tested to be the same.

export const FIELDS = {
  ping: ["sent"],
  midi: ["at", "bytes"],
  set: ["name", "value"],
  act: ["name", "argument"],
  port: ["end", "name", "on"],
  look: [],
  hello: ["page", "settings", "presets"],
  pong: ["sent", "now"],
  heard: ["at", "page", "bytes"],
  plan: ["notes"],
  told: ["outcome", "name", "value", "page", "text"],
  moved: ["at", "bytes"],
  phrase: ["at", "who"],
  learned: ["places", "waiting"],
  ports: ["inputs", "outputs", "text"],
  presets: ["names"],
  status: ["model", "loading", "key", "sure", "chord", "doing", "time", "surprise", "delay", "histogram", "late", "rule", "missed"],
  idle: ["why"],
  line: ["text"],
};
