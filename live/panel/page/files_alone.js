// The page of `antiphon serve`: files alone.

import { Files } from "./files.js";
import { Sound } from "./sound.js";

const sound = new Sound();
const files = new Files(document.getElementById("files"), sound);
window.addEventListener("keydown", (event) => event.key === "Escape" && files.stop());

// For tests and for the curious.
globalThis.antiphon = { sound, files };
