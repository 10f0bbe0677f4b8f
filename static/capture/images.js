// The images of the capture page: dropped and pasted files, and a view with zoom, rotation and brightness.
import { put } from "./upload.js";

const fresh = () => ({ zoom: 1, x: 0, y: 0, turn: 0, light: 1 });
const views = new WeakMap();

export function watchImages(root) {
  for (const bar of root.querySelectorAll("[data-viewer-bar]")) bar.hidden = false;
}

export function give(input, ...files) {
  put(input, ...files);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// The first free place takes the first file, unless it was dropped on a place of its own.
function share(files, zone) {
  const free = [...document.querySelectorAll("[data-drop]")].filter((place) => !place.matches(".is-filled"));
  const places = [zone, ...free.filter((place) => place !== zone)].filter(Boolean);
  [...files].slice(0, places.length).forEach((file, at) => {
    const input = places[at].querySelector("input[type=file]");
    if (input) give(input, file);
  });
}

const zoneOf = (event) => event.target.closest?.("[data-drop]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && document.querySelector("[data-drop]");

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  const zone = zoneOf(event);
  const area = event.target.closest?.("[data-new]");
  for (const place of document.querySelectorAll("[data-drop], [data-new]"))
    place.classList.toggle("is-over", place === zone || place === area);
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget)
    for (const place of document.querySelectorAll(".is-over")) place.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  for (const place of document.querySelectorAll(".is-over")) place.classList.remove("is-over");
  share(event.dataTransfer.files, zoneOf(event));
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!files.length || !document.querySelector("[data-drop]")) return;
  event.preventDefault();
  share(files, document.activeElement?.closest("[data-drop]"));
});

function change(view, what) {
  const state = views.get(view) ?? fresh();
  Object.assign(state, what(state));
  const room = (state.zoom - 1) / 2 + 0.25;
  state.x = Math.max(-room, Math.min(room, state.x));
  state.y = Math.max(-room, Math.min(room, state.y));
  views.set(view, state);
  const { style } = view.querySelector("img");
  style.transform = `translate(${state.x * 100}%, ${state.y * 100}%) scale(${state.zoom}) rotate(${state.turn}deg)`;
  style.filter = state.light === 1 ? "" : `brightness(${state.light})`;
  view.classList.toggle("is-near", state.zoom > 1);
}

const TOOLS = {
  in: (s) => ({ zoom: Math.min(8, s.zoom * 1.25) }),
  out: (s) => ({ zoom: Math.max(1, s.zoom / 1.25) }),
  turn: (s) => ({ turn: (s.turn + 90) % 360 }),
  light: (s) => ({ light: s.light >= 2 ? 1 : s.light + 0.25 }),
  reset: fresh,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-view]");
  const view = button?.closest(".shot")?.querySelector("[data-viewer]");
  if (!view) return;
  if (button.dataset.view === "full") view.requestFullscreen?.();
  else change(view, TOOLS[button.dataset.view]);
});
document.addEventListener(
  "wheel",
  (event) => {
    const view = event.target.closest?.("[data-viewer]");
    if (!view || !(event.ctrlKey || view.matches(".is-near") || document.fullscreenElement)) return;
    event.preventDefault();
    change(view, event.deltaY < 0 ? TOOLS.in : TOOLS.out);
  },
  { passive: false },
);
document.addEventListener("dblclick", (event) => {
  const view = event.target.closest?.("[data-viewer]");
  if (view) change(view, (s) => (s.zoom > 1 ? fresh() : { zoom: 2.5 }));
});
document.addEventListener("pointerdown", (event) => {
  const view = event.target.closest?.("[data-viewer].is-near");
  if (!view) return;
  let last = event;
  view.setPointerCapture(event.pointerId);
  const move = (now) => {
    const box = view.getBoundingClientRect();
    const [dx, dy] = [(now.clientX - last.clientX) / box.width, (now.clientY - last.clientY) / box.height];
    last = now;
    change(view, (s) => ({ x: s.x + dx, y: s.y + dy }));
  };
  view.addEventListener("pointermove", move);
  view.addEventListener("pointerup", () => view.removeEventListener("pointermove", move), { once: true });
});

watchImages(document);
document.addEventListener("htmx:load", (event) => watchImages(event.target));
