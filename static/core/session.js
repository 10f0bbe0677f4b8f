// Warns before the session ends, keeps it while the person types, and gives the page a fresh token after a sign-in in
// another window, so that nothing typed is lost.
const CHECK = 15000;
const WARN_IDLE = 3 * 60;
const WARN_WHOLE = 10 * 60;
const KEEP_EVERY = 60000;
const bar = document.querySelector("#session");
let ends = { idle: 0, whole: 0 };
let signedOut = false;
let kept = Date.now();
let asked = null;

const left = (name) => Math.round((ends[name] - Date.now()) / 1000);

function show(name) {
  for (const part of bar.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== name;
  const number = bar.querySelector(`[data-when="${name}"] [data-minutes]`);
  if (number) number.textContent = Math.max(1, Math.ceil(left(name) / 60));
  bar.hidden = name === "";
}

function judge() {
  if (signedOut) show("out");
  else if (left("whole") < WARN_WHOLE) show("whole");
  else if (left("idle") < WARN_IDLE) show("idle");
  else show("");
}

async function ask(method) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const reply = await fetch(bar.dataset.url, { method, headers: { "X-CSRFToken": token } });
    if (reply.status === 403 && method === "POST") {
      await ask("GET");
      return;
    } // this page's token is an old one
    if (!reply.ok) return;
    const said = await reply.json();
    signedOut = !said.signed_in;
    if (said.signed_in) {
      ends = { idle: Date.now() + said.idle * 1000, whole: Date.now() + said.whole * 1000 };
      for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = said.token;
    }
    judge();
  } catch {
    // No connection just now; the next check tells.
  }
}

// A form that nothing has saved: were the session over, a submit would lose all of it to the log-in page.
async function submitIfSignedIn(form, submitter) {
  await ask("GET");
  if (signedOut) {
    bar.scrollIntoView();
    return;
  }
  asked = form;
  form.requestSubmit(submitter);
  asked = null;
}

export function watchSession() {
  if (!bar) return;
  ends = { idle: Date.now() + bar.dataset.idle * 1000, whole: Date.now() + bar.dataset.whole * 1000 };
  const keep = () => {
    kept = Date.now();
    ask("POST");
  };
  bar.querySelector("[data-keep]").addEventListener("click", keep);
  for (const kind of ["input", "pointerdown"]) {
    document.addEventListener(
      kind,
      () => {
        if (!signedOut && bar.hidden && Date.now() - kept > KEEP_EVERY) keep();
      },
      { passive: true },
    );
  }
  // Another window may have kept the session, or ended it: ask before saying anything.
  setInterval(() => {
    if (!bar.hidden || left("idle") < WARN_IDLE || left("whole") < WARN_WHOLE) ask("GET");
  }, CHECK);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask("GET");
  });
  document.addEventListener(
    "submit",
    (event) => {
      const isUnasked = event.target.dataset.asksSession !== undefined && event.target !== asked;
      if (!signedOut && !isUnasked) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isUnasked) submitIfSignedIn(event.target, event.submitter);
      else bar.scrollIntoView();
    },
    true,
  );
}
