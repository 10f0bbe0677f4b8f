// Zoom, move, rotate and brightness of the review images, all together or one by one.
const STEP = 0.06;
const fresh = () => ({ zoom: 1, x: 0, y: 0, turn: 0, light: 1, contrast: 1 });
const shared = fresh();
const own = new Map();
let active = null;
const clear = () => {
  Object.assign(shared, fresh());
  own.clear();
  active = null;
};

const stages = () => [...document.querySelectorAll(".pane.shown .stage")];
const together = () => document.querySelector("#together")?.getAttribute("aria-pressed") !== "false";
const stateOf = (stage) =>
  together() || !stage ? shared : (own.get(stage) ?? own.set(stage, { ...shared }).get(stage));

// x and y are shares of the stage, so that stages of different size show the same part.
function draw(stage) {
  const image = stage.querySelector(".picture");
  if (!image) return;
  const { zoom, x, y, turn, light, contrast } = stateOf(stage);
  image.style.transform = `translate(${x * 100}%, ${y * 100}%) scale(${zoom}) rotate(${turn}deg)`;
  image.style.filter = light === 1 && contrast === 1 ? "" : `brightness(${light}) contrast(${contrast})`;
  stage.classList.toggle("zoomed", zoom > 1);
}

function change(stage, what) {
  const state = stateOf(stage);
  Object.assign(state, what(state));
  const room = (state.zoom - 1) / 2 + 0.25;
  state.x = Math.max(-room, Math.min(room, state.x));
  state.y = Math.max(-room, Math.min(room, state.y));
  (together() ? stages() : [stage]).filter(Boolean).forEach(draw);
}

export const TOOLS = {
  in: (s) => ({ zoom: Math.min(8, s.zoom * 1.25) }),
  out: (s) => ({ zoom: Math.max(0.5, s.zoom / 1.25) }),
  left: (s) => ({ x: s.x - STEP * s.zoom }),
  right: (s) => ({ x: s.x + STEP * s.zoom }),
  up: (s) => ({ y: s.y - STEP * s.zoom }),
  down: (s) => ({ y: s.y + STEP * s.zoom }),
  turn: (s) => ({ turn: (s.turn + 90) % 360 }),
  back: (s) => ({ turn: (s.turn + 270) % 360 }),
  brighter: (s) => ({ light: Math.min(3, s.light + 0.2) }),
  darker: (s) => ({ light: Math.max(0.2, s.light - 0.2) }),
  contrast: (s) => ({ contrast: s.contrast >= 2.2 ? 1 : s.contrast + 0.4 }),
  reset: fresh,
};

export const use = (name) => change(active ?? stages()[0], TOOLS[name]);

export function nextImage() {
  const all = stages();
  if (all.length) all[(all.indexOf(document.activeElement) + 1) % all.length].focus();
}

export function nextDocument() {
  const buttons = [...document.querySelectorAll("[data-frame=id] [data-show]")];
  const at = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  buttons[(at + 1) % buttons.length]?.click();
}

// Puts the image of a thumbnail into its frame.
export function show(name) {
  const thumb = document.querySelector(`[data-show="${name}"]`);
  const frame = thumb?.closest("[data-frame]");
  if (!frame) return;
  for (const pane of frame.querySelectorAll(".pane")) pane.classList.toggle("shown", pane.dataset.at === name);
  for (const button of frame.querySelectorAll("[data-show]"))
    button.setAttribute("aria-pressed", String(button === thumb));
  active = null;
  stages().forEach(draw);
}

export function fullScreen() {
  const viewer = document.querySelector("#viewer");
  if (document.fullscreenElement) document.exitFullscreen();
  else viewer?.requestFullscreen?.();
}

function drag(stage, down) {
  let last = down;
  stage.setPointerCapture(down.pointerId);
  const move = (event) => {
    const box = stage.getBoundingClientRect();
    const [dx, dy] = [(event.clientX - last.clientX) / box.width, (event.clientY - last.clientY) / box.height];
    last = event;
    change(stage, (s) => ({ x: s.x + dx, y: s.y + dy }));
  };
  const up = () => stage.removeEventListener("pointermove", move);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", up, { once: true });
  stage.addEventListener("pointercancel", up, { once: true });
}

function watch(stage) {
  stage.addEventListener("focus", () => {
    active = stage;
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      active = stage;
      change(stage, event.deltaY < 0 ? TOOLS.in : TOOLS.out);
    },
    { passive: false },
  );
  stage.addEventListener("pointerdown", (event) => {
    active = stage;
    // A finger that does not hold a zoomed image scrolls the page.
    if (event.pointerType === "mouse" || stage.classList.contains("zoomed")) drag(stage, event);
  });
  stage.addEventListener("dblclick", () => change(stage, (s) => (s.zoom > 1 ? fresh() : { zoom: 2.5 })));
}

export function start() {
  clear();
  document.querySelectorAll(".stage").forEach(watch);
  const viewer = document.querySelector("#viewer");
  if (!viewer) return;
  viewer.querySelector(".viewer-bar").hidden = false;
  viewer.querySelector("#full-screen").hidden = !document.fullscreenEnabled;
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.tool) use(button.dataset.tool);
    if (button?.dataset.show) show(button.dataset.show);
    if (button?.id === "full-screen") fullScreen();
    if (button?.id === "together") button.setAttribute("aria-pressed", String(!together()));
  });
}
