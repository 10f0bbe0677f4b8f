// The capture form: saves what was typed a moment after it was typed, and shows how far an upload is.

const AFTER = 1500; // ms

export function watchUploads(form) {
  let timer = 0;
  let dirty = false;
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => autosave(form).then((saved) => { dirty = dirty && !saved; }), AFTER);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]") && event.target.files.length) upload(form);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

function textOf(form) {
  const data = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
  return data;
}

async function autosave(form) {
  const note = form.querySelector("#saved");
  try {
    const reply = await fetch(form.getAttribute("action"), { method: "POST", body: textOf(form), headers: { "X-Autosave": "1" } });
    const saved = reply.ok && reply.headers.get("Content-Type")?.includes("json");
    note.textContent = saved ? "✓" : "!";
    return saved;
  } catch {
    note.textContent = "…";
    return false;
  }
}

// Sends the whole form with a progress bar, then shows the page that came back.
function upload(form) {
  const bar = form.querySelector("#progress");
  const request = new XMLHttpRequest();
  bar.hidden = false;
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    if (request.responseURL && request.status === 200) {
      window.location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.querySelector("#problems")?.focus();
    const next = document.querySelector("form[data-autosave]");
    if (next) watchUploads(next);
  });
  request.addEventListener("error", () => { bar.hidden = true; form.submit(); });
  request.open("POST", form.getAttribute("action"));
  request.send(new FormData(form));
}
