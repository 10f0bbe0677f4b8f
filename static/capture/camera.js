// The camera in the page: what it sees with the guide drawn over it, hints while it looks, one picture into the form's
// file input. The picture is as the camera gave it, never mirrored. Texts come from the dialog's data attributes.
import { put } from "./upload.js";

const LIGHT_EVERY = 300; // ms; the light is judged here
const ASK_EVERY = 900; // ms; faces, sharpness and glare are judged by the server's own check
const FRAME = { face: 480, card: 640 }; // px, long side of what the server is asked about

let open = null; // what runs while the dialog is open
let isOurs = false;

export function watchCameras(root) {
  for (const button of root.querySelectorAll("[data-camera]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-camera]");
  if (button) start(button);
});
// A file that is chosen after a picture was taken replaces the picture.
document.addEventListener(
  "change",
  (event) => {
    const source =
      event.target.matches?.("[data-upload]") && event.target.form?.elements[`source_${event.target.name}`];
    if (source && !isOurs) source.value = "file";
  },
  true,
);
document.addEventListener("htmx:load", (event) => watchCameras(event.target));
window.addEventListener("pagehide", () => open?.dialog.close());
document.addEventListener("visibilitychange", () => {
  if (!open) return;
  if (document.hidden) stop(open);
  else if (!open.taken) look(open);
});

function start(button) {
  const dialog = document.querySelector("#camera");
  const at = (name) => dialog.querySelector(name);
  const shape = button.dataset.shape ?? (button.dataset.camera === "selfie" ? "face" : "card");
  open = {
    dialog,
    button,
    shape,
    video: at("video"),
    canvas: at("canvas"),
    hint: at(".camera-hint"),
    turn: 0,
    taken: false,
  };
  at("[data-what]").textContent = button.dataset.label;
  wire(dialog);
  showLive(open, true);
  dialog.showModal();
  look(open);
}

function wire(dialog) {
  if (dialog.dataset.wired) return;
  dialog.dataset.wired = "1";
  const on = (name, kind, act) => dialog.querySelector(name).addEventListener(kind, () => open && act(open));
  on("[data-take]", "click", take);
  on("[data-again]", "click", (now) => {
    showLive(now, true);
    look(now);
    now.dialog.querySelector("[data-take]").focus();
  });
  on("[data-use]", "click", use);
  on("[data-close]", "click", (now) => now.dialog.close());
  if (dialog.querySelector("[data-own]")) on("[data-own]", "click", openOwnCamera);
  on("select", "change", (now) => {
    now.device = now.dialog.querySelector("select").value;
    look(now);
  });
  dialog.addEventListener("close", () => {
    if (open) stop(open);
    open = null;
  });
}

async function look(now) {
  stop(now);
  const turn = ++now.turn;
  say(now, now.dialog.dataset[now.shape]);
  if (!navigator.mediaDevices?.getUserMedia) return fail(now, "insecure");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted(now) });
    if (open !== now || turn !== now.turn) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    now.stream = stream;
    now.video.srcObject = stream;
    await now.video.play();
  } catch (error) {
    if (open === now && turn === now.turn) fail(now, reason(error));
    return;
  }
  if (turn !== now.turn) return;
  for (const track of now.stream.getVideoTracks())
    track.addEventListener("ended", () => now.stream && fail(now, "busy"));
  prepare(now);
  now.opening = register(now);
  now.light = setInterval(() => judgeLight(now), LIGHT_EVERY);
  ask(now, turn);
}

// The page reports the camera to the server, which answers with a token, without which the picture counts as a file.
async function register(now) {
  const headers = { "X-CSRFToken": now.button.closest("form").elements.csrfmiddlewaretoken.value };
  const body = new URLSearchParams({ device: now.stream.getVideoTracks()[0].label });
  try {
    const signal = AbortSignal.timeout(10_000);
    const reply = await fetch(now.button.dataset.opens, { method: "POST", body, headers, signal, redirect: "error" });
    return reply.ok ? (await reply.json()).token : "";
  } catch {
    return "";
  }
}

function wanted(now) {
  const size = { width: { ideal: 1920 }, height: { ideal: 1440 } };
  if (now.device) return { ...size, deviceId: { exact: now.device } };
  return { ...size, facingMode: now.shape === "face" ? "user" : "environment" };
}

function reason(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "refused";
  return error.name === "NotFoundError" || error.name === "OverconstrainedError" ? "missing" : "busy";
}

function fail(now, why) {
  stop(now);
  say(now, now.dialog.dataset[why], "bad");
  now.dialog.querySelector("[data-take]").disabled = true;
  const own = now.dialog.querySelector("[data-own]");
  own?.removeAttribute("hidden");
  (own ?? now.dialog.querySelector("[data-close]")).focus();
}

// The phone's camera app needs no permission of the page; its picture counts as a file.
function openOwnCamera(now) {
  const input = now.button.closest("form").elements[now.button.dataset.camera];
  now.dialog.close();
  input.setAttribute("capture", now.shape === "face" ? "user" : "environment");
  input.click();
}

// Nothing looks once the person has left.
function stop(now) {
  now.turn += 1;
  clearInterval(now.light);
  clearTimeout(now.asking);
  for (const track of now.stream?.getTracks() ?? []) track.stop();
  now.stream = null;
  now.video.srcObject = null;
}

function prepare(now) {
  const settings = now.stream.getVideoTracks()[0].getSettings();
  const isUser = settings.facingMode ? settings.facingMode === "user" : now.shape === "face";
  now.video.classList.toggle("mirrored", isUser);
  const button = now.dialog.querySelector("[data-take]");
  button.disabled = false;
  if (!document.activeElement.matches("#camera select")) button.focus();
  now.video.parentElement.style.aspectRatio = `${now.video.videoWidth} / ${now.video.videoHeight}`;
  draw(now.dialog.querySelector(".guide"), now.shape, now.video.videoWidth, now.video.videoHeight);
  listCameras(now, settings.deviceId);
}

// The vendor wants the face neither small nor large and away from the borders; a document with a margin around it.
function draw(guide, shape, width, height) {
  const side = Math.min(width, height);
  const [x, y] = [width / 2, height / 2];
  guide.setAttribute("viewBox", `0 0 ${width} ${height}`);
  let line;
  if (shape === "face") {
    const [rx, ry] = [side * 0.27, side * 0.36];
    line = `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;
  } else {
    const wide = Math.min(width * 0.86, height * 0.86 * 1.586); // a card is 85.6 x 53.98 mm
    const tall = wide / 1.586;
    line = `M${x - wide / 2} ${y - tall / 2}h${wide}v${tall}h${-wide}z`;
  }
  guide.querySelector(".line").setAttribute("d", line);
  guide.querySelector(".line").setAttribute("stroke-width", side / 120);
  guide.querySelector(".shade").setAttribute("d", `M0 0h${width}v${height}h${-width}z${line}`);
}

async function listCameras(now, current) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  const choice = now.dialog.querySelector("[data-choice]");
  choice.hidden = cameras.length < 2;
  const options = cameras.map(
    (device, at) => new Option(device.label || `${now.dialog.dataset.nameless} ${at + 1}`, device.deviceId),
  );
  choice.querySelector("select").replaceChildren(...options);
  choice.querySelector("select").value = current;
}

function small(now, side) {
  const { videoWidth: width, videoHeight: height } = now.video;
  if (!width || !height) return null;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(now.video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function judgeLight(now) {
  const canvas = small(now, 64);
  if (!canvas) return;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  const level = sum / (data.length / 4);
  const { darkBelow, brightAbove } = now.dialog.dataset; // mean grey levels, by the server's check
  now.lit = level < Number(darkBelow) ? "dark" : level > Number(brightAbove) ? "bright" : "";
  if (now.lit) say(now, now.dialog.dataset[now.lit + (now.shape === "face" ? "Face" : "Card")], "warn");
}

// One frame at a time, and the next only when the answer is there.
async function ask(now, turn) {
  if (turn !== now.turn) return;
  const canvas = now.lit ? null : small(now, FRAME[now.shape]);
  if (canvas) {
    const frame = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    const told = await answer(now, frame);
    if (turn !== now.turn) return;
    if (told?.text && !now.lit) say(now, told.text, told.is_good ? "good" : "warn");
  }
  now.asking = setTimeout(() => ask(now, turn), ASK_EVERY);
}

async function answer(now, frame) {
  const token = now.button.closest("form").elements.csrfmiddlewaretoken.value;
  try {
    const headers = { "Content-Type": "image/jpeg", "X-CSRFToken": token };
    const reply = await fetch(now.button.dataset.hints, { method: "POST", body: frame, headers, redirect: "error" });
    return reply.ok ? await reply.json() : null;
  } catch {
    return null; // hints are advice: without them a picture can be taken anyway
  }
}

function say(now, text, tone = "") {
  if (now.hint.textContent !== text) now.hint.textContent = text;
  now.hint.className = `camera-hint ${tone}`;
}

function take(now) {
  const { video, canvas } = now;
  if (!video.videoWidth) return;
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  stop(now);
  say(now, "");
  showLive(now, false);
  now.dialog.querySelector("[data-use]").focus();
}

function showLive(now, isLive) {
  now.taken = !isLive;
  for (const name of ["video", ".guide", "[data-take]"])
    now.dialog.querySelector(name).toggleAttribute("hidden", !isLive);
  for (const name of ["canvas", "[data-use]", "[data-again]"])
    now.dialog.querySelector(name).toggleAttribute("hidden", isLive);
  now.dialog.querySelector("[data-take]").disabled = isLive;
  now.dialog.querySelector("[data-own]")?.setAttribute("hidden", "");
  if (!isLive) now.dialog.querySelector("[data-choice]").hidden = true;
}

async function use(now) {
  const name = now.button.dataset.camera;
  const form = now.button.closest("form");
  const [blob, opening] = await Promise.all([
    new Promise((resolve) => now.canvas.toBlob(resolve, "image/jpeg", 0.95)),
    now.opening,
  ]);
  if (open !== now) return;
  now.dialog.close();
  const input = form.elements[name];
  put(input, new File([blob], `${name}.jpg`, { type: "image/jpeg" }));
  form.elements[`source_${name}`].value = opening || "file";
  isOurs = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  isOurs = false;
}
