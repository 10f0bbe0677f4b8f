// A time left goes on counting on an open page, in the server's words, colours and clock (`kyc.counting`).
const EVERY = 20000; // ms: no text is older than that
const told = JSON.parse(document.body.dataset.counting ?? "null");
const skew = told ? told.now - Date.now() / 1000 : 0; // seconds, the server's clock minus this one
const fill = (text, values) => text.replace(/%\((\w+)\)[ds]/g, (_all, name) => values[name]);

function span(all) {
  const values = { days: Math.floor(all / 1440), hours: Math.floor(all / 60), minutes: all };
  const largest = ["days", "hours", "minutes"].find((name) => values[name]) ?? "minutes";
  return fill(told[largest], { ...values, hours: values.hours % 24, minutes: all % 60 });
}

function show(place, now) {
  const left = place.dataset.left - now;
  const text = fill(left < 0 ? told.over : told.left, { time: span(Math.floor(Math.abs(left) / 60)) });
  if (place.textContent !== text) place.textContent = text;
  const urgency = left < 0 ? "over" : left < told.urgent ? "bad" : left < told.soon ? "warn" : "idle";
  const due = place.closest(".due");
  if (due && !due.classList.contains(`due-${urgency}`)) due.className = `due due-${urgency}`;
}

function showAll() {
  if (document.hidden) return;
  const now = Date.now() / 1000 + skew;
  for (const place of document.querySelectorAll("time[data-left]")) show(place, now);
}

export function watchTimes() {
  if (!told) return;
  setInterval(showAll, EVERY);
  document.addEventListener("visibilitychange", showAll);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) showAll();
  });
}
