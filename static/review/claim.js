// Keeps the claim while the person works, warns before it ends, and says when it is lost. Nothing typed is touched.
const PING = 60000;
const WARN = 5 * 60;
const LASTS = 30 * 60;
let seconds = 0;
let since = 0;
let worked = Date.now();
let timers = [];

const claim = () => document.querySelector("#claim");
const warning = () => document.querySelector("#claim-warning");
const left = () => Math.max(0, seconds - Math.floor((Date.now() - since) / 1000));

function show() {
  if (!claim()) return;
  claim().querySelector(".claim-left").textContent = claim().dataset.text.replace("%s", Math.ceil(left() / 60));
  const share = Math.min(100, Math.round((100 * left()) / LASTS));
  claim().querySelector("circle + circle").setAttribute("stroke-dasharray", `${share} 100`);
  if (left() === 0) say(warning().dataset.ended);
  else if (left() < WARN && warning().hidden) say(warning().dataset.ending);
}

export function say(text) {
  warning().querySelector("p").textContent = text;
  warning().hidden = false;
}

async function ping() {
  const url = claim()?.dataset.url;
  if (!url) return;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  try {
    const reply = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!reply.ok || url !== claim()?.dataset.url) return;
    const said = await reply.json();
    if (said.held) {
      [seconds, since] = [said.seconds, Date.now()];
      warning().hidden = true;
    } else if (!document.querySelector("#decision-state[hx-get]")) {
      seconds = 0;
      say(said.why);
      return;
    }
    show();
  } catch {
    // No connection just now; the next ping tells.
  }
}

export function start() {
  timers.forEach(clearInterval);
  timers = [];
  if (!claim() || !document.querySelector("#verdict")) return;
  [seconds, since] = [Number(claim().dataset.seconds), Date.now()];
  document.querySelector("#claim-keep").addEventListener("click", ping);
  show();
  timers = [
    setInterval(show, 10000),
    setInterval(() => {
      if (Date.now() - worked < PING) ping();
    }, PING),
  ];
}

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  document.addEventListener(
    kind,
    () => {
      worked = Date.now();
    },
    { passive: true },
  );
}
