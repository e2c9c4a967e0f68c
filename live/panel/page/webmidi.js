// Keyboards plugged into the machine that shows the page, where the browser lets pages use them.

const OWN = /antiphon/i; // our own ports would make a circle

export function whyNot() {
  if (!window.isSecureContext) return "A MIDI keyboard can be used on the machine that Antiphon runs on, not over plain http.";
  if (!navigator.requestMIDIAccess) return "This browser has no Web MIDI; Chrome, Edge and Firefox have.";
  return "";
}

// `heard(bytes, local)`, `named(names)` whenever one comes or goes. Rejects where that is not allowed.
export async function listen(heard, named) {
  const access = await navigator.requestMIDIAccess({ sysex: false });
  const use = () => {
    const names = [];
    for (const input of access.inputs.values()) {
      if (OWN.test(input.name ?? "")) continue;
      names.push(input.name);
      input.onmidimessage = (event) => {
        if (event.data.length <= 3 && event.data[0] < 0xf8) heard([...event.data], event.timeStamp);
      };
    }
    named(names);
  };
  access.onstatechange = use;
  use();
}
