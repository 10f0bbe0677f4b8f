// Lists: filters apply themselves, and the pages of a list's rows lead to the rows beside them.
const TRAIL = "trail"; // in this tab: the list that was seen last and the addresses of its rows, no names

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => event.target.matches("[data-applies]") && form.requestSubmit());
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(TRAIL)) ?? null;
  } catch {
    return null; // storage is switched off
  }
}

export function keepTrail() {
  const rows = [...document.querySelectorAll("[data-list] .row-link")];
  if (!rows.length) return;
  const trail = { list: location.pathname + location.search, rows: rows.map((row) => row.getAttribute("href")) };
  try {
    sessionStorage.setItem(TRAIL, JSON.stringify(trail));
  } catch {
    // Then there is no way to the rows beside this one.
  }
}

export function showTrail() {
  const pager = document.querySelector("[data-pager]");
  const trail = pager && read();
  const at = trail ? trail.rows.indexOf(location.pathname) : -1;
  if (pager) pager.hidden = at < 0;
  if (at < 0) return;
  pager.querySelector("[data-place]").textContent = `${at + 1}/${trail.rows.length}`;
  for (const [name, step] of [
    ["previous", -1],
    ["next", 1],
  ]) {
    const link = pager.querySelector(`[data-step=${name}]`);
    const row = trail.rows[at + step];
    if (row) link.href = row;
    else link.removeAttribute("href");
    link.role = "link"; // also at either end of the list, where it leads nowhere
    link.ariaDisabled = String(!row);
  }
  const list = trail.list.split("?")[0];
  const crumb = [...document.querySelectorAll(".crumbs a")].find((link) => link.getAttribute("href") === list);
  if (crumb) crumb.href = trail.list;
}

keepTrail();
showTrail();
document.addEventListener("htmx:afterSettle", keepTrail);
