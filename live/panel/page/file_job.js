// What is asked of the service of files (docs/api-http.md), and its answer line by line.

export const LARGEST = 10_000_000; // bytes
export const ENDINGS = [".mid", ".midi", ".krn", ".abc", ".musicxml", ".mxl", ".xml"];

// `kind`: read, continue, harmonize, compose. Throws an Error whose message is for the reader.
export async function* asked(kind, file, options, signal) {
  if (file && !ENDINGS.some((each) => file.name.toLowerCase().endsWith(each))) throw new Error(`${file.name}: its name must end in ${ENDINGS.join(", ")}`);
  if (file && file.size > LARGEST) throw new Error(`${file.name} is too large: at most ${LARGEST / 1e6} MB are taken`);
  const query = new URLSearchParams(options);
  if (file) query.set("name", file.name);
  let response;
  try {
    response = await fetch(`api/${kind}?${query}`, { method: "POST", body: file, signal, headers: { Accept: "application/x-ndjson" } });
  } catch (error) {
    throw signal.aborted ? error : new Error("Antiphon does not answer");
  }
  if (!response.ok) throw new Error((await response.text()).trim() || `refused (${response.status})`);
  let said = "";
  for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (said + value).split("\n");
    said = lines.pop();
    for (const line of lines) {
      if (!line) continue;
      const message = JSON.parse(line);
      if (message.what === "failed") throw new Error(message.reason);
      yield message;
    }
  }
}

// Notes of parts by onset, without drums.
export function notesOf(parts, who) {
  const notes = [];
  for (const part of parts) {
    if (part.drums) continue;
    for (const [at, length, pitch, velocity] of part.notes) notes.push({ at, length, pitch, velocity, who });
  }
  return notes.sort((a, b) => a.at - b.at);
}

export function blobOf({ base64, type }) {
  const text = atob(base64);
  return new Blob([Uint8Array.from(text, (each) => each.charCodeAt(0))], { type });
}
