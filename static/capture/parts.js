// Sends a file in parts, and continues where it stopped when the connection returns. The file stays on the phone until
// the server has all of it; `submissions/uploads/parts.py` stores the parts encrypted.
const PART = 128 * 1024; // bytes
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds between attempts without a connection
const LASTS_AT_MOST = 60_000; // ms of one part

const begun = new Map(); // the number of each file, so that a second attempt continues the first

// The server does not take the part: the link has ended (404), or there is too much of it.
export class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

// Returns the upload's number, with which the form sends the picture. `onProgress` gets the share that has arrived,
// `onWait` whether the connection is lost. Rejects when it stays lost.
export async function sendInParts(url, file, headers, { onProgress, onWait }) {
  const name = `${file.name} ${file.size} ${file.lastModified}`;
  let isKnown = begun.has(name); // the server may have parts already: asking is shorter than sending one again
  if (!isKnown) begun.set(name, randomNumber());
  const upload = begun.get(name);
  let [received, failures] = [0, 0];
  while (received < file.size) {
    // Read before sending, because the failure to read the file is none of the connection.
    const body = isKnown ? new ArrayBuffer(0) : await file.slice(received, received + PART).arrayBuffer();
    try {
      received = await post(`${url}?upload=${upload}&start=${received}`, body, headers);
      [isKnown, failures] = [false, 0];
      onWait(false);
      onProgress(received / file.size);
    } catch (error) {
      if (error instanceof Refused || failures === WAITS.length) throw error;
      onWait(true);
      isKnown = true;
      await pause(WAITS[failures]);
      failures += 1;
    }
  }
  return upload;
}

async function post(url, body, headers) {
  const signal = AbortSignal.timeout?.(LASTS_AT_MOST); // missing in older browsers
  const reply = await fetch(url, { method: "POST", body, headers, signal, redirect: "manual" });
  if (!reply.ok) throw new Refused(reply.status);
  return (await reply.json()).received;
}

function randomNumber() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Ends early when the browser reports a connection.
function pause(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    addEventListener(
      "online",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
