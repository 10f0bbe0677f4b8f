// Keeps the claim while the person works, warns before it ends, and says when it is lost. Nothing typed is touched.
const PING = 60000;
const WARN = 5 * 60;
const claim = document.querySelector("#claim");
const warning = document.querySelector("#claim-warning");
const started = Date.now();
let seconds = Number(claim?.dataset.seconds ?? 0);
let since = started;
let worked = started;

const left = () => Math.max(0, seconds - Math.floor((Date.now() - since) / 1000));

function show() {
  claim.textContent = `${claim.dataset.text} ${Math.ceil(left() / 60)} ${claim.dataset.minutes}`;
  if (left() < WARN && warning.hidden) say(warning.dataset.ending);
}

function say(text) {
  warning.querySelector("span").textContent = text;
  warning.hidden = false;
}

async function ping() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  try {
    const reply = await fetch(claim.dataset.url, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!reply.ok) return;
    const said = await reply.json();
    if (said.held) {
      [seconds, since] = [said.seconds, Date.now()];
      warning.hidden = true;
    } else if (!document.querySelector("#decision-state[hx-get]")) {
      seconds = 0;
      say(said.why);
    }
    show();
  } catch {
    // No connection just now; the next ping tells.
  }
}

export function start() {
  if (!claim || !document.querySelector("#verdict")) return;
  for (const kind of ["pointerdown", "keydown", "wheel"]) {
    document.addEventListener(kind, () => { worked = Date.now(); }, { passive: true });
  }
  document.querySelector("#claim-keep").addEventListener("click", ping);
  setInterval(show, 10000);
  setInterval(() => { if (Date.now() - worked < PING) ping(); }, PING);
}
