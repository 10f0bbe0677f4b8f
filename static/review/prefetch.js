// The next submission: reserved for this person while they work on this one, its images fetched into memory.
// Every fetch is recorded as such, and once more when they are shown. Nothing is written to a cache.
const AFTER = 400; // ms, so that the page in sight has its own images first
let kept = { path: "", images: new Map() };
let told = new Set();
let shown = new Map();
let from = "";

const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

export function start() {
  const main = document.querySelector("main");
  const url = main.dataset.reserve;
  if (!url || from === location.pathname) return;
  from = location.pathname;
  setTimeout(() => reserve(url, from), AFTER);
}

async function reserve(url, path) {
  if (path !== location.pathname) return;
  try {
    const reply = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf() } });
    if (!reply.ok || path !== location.pathname) return;
    const told = await reply.json();
    if (told.path && told.path !== kept.path) await keep(told);
  } catch {
    // Without it the next page fetches its images itself.
  }
}

async function keep({ path, images }) {
  forget();
  kept = { path, images: new Map() };
  const mine = kept;
  await Promise.all(
    images.map(async (url) => {
      const reply = await fetch(url, { headers: { "X-Preload": "1" } });
      if (!reply.ok) return;
      const content = URL.createObjectURL(await reply.blob());
      if (mine === kept) mine.images.set(url, content);
      else URL.revokeObjectURL(content);
    }),
  );
  document.querySelector("main").dataset.ready = path;
}

function forget() {
  for (const content of kept.images.values()) URL.revokeObjectURL(content);
  kept = { path: "", images: new Map() };
}

// What the server records as shown from memory. An image that comes while the page is under way is not among them, so
// the page fetches it once more.
export function idsFor(path) {
  told = new Set(path === kept.path ? kept.images.keys() : []);
  return [...told].map((url) => url.split("/")[2]).join(",");
}

// Gives the images of a page that is about to be shown their content from memory, and lets go of the one before.
export function useIn(page, path) {
  if (path === location.pathname) return;
  from = "";
  for (const content of shown.values()) URL.revokeObjectURL(content);
  shown = new Map();
  if (path !== kept.path) return;
  shown = kept.images;
  kept = { path: "", images: new Map() };
  for (const image of pictures(page)) {
    const content = shown.get(image.dataset.url);
    if (content && told.has(image.dataset.url)) image.setAttribute(attribute(image), content);
  }
}

const attribute = (image) => (image.localName === "img" ? "src" : "href");
export const pictures = (page) => page.querySelectorAll("[data-url]");
// An image stands on the page up to four times: large and as a thumbnail, whole and as a portrait.
const placeOf = (image) => (image.closest(".thumb") ? "thumb " : "") + image.localName + image.dataset.url;

// The same submission again (a note was added, a verdict stopped): what is in sight is not fetched once more.
export function leaveOut(page, before) {
  const have = new Map([...pictures(before)].map((image) => [placeOf(image), image]));
  for (const image of pictures(page)) if (have.has(placeOf(image))) image.removeAttribute(attribute(image));
  return have;
}

export function putBack(page, have) {
  for (const image of pictures(page)) {
    const mine = have.get(placeOf(image));
    if (mine) image.replaceWith(mine);
  }
}
