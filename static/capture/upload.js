// Sends a form's data with its progress told, which `fetch` cannot. Rejects when there is no connection.
export function send(url, data, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    bar.hidden = false;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    // All of it is there: what the check of the picture takes is not told.
    request.upload.addEventListener("load", () => bar.removeAttribute("value"));
    request.addEventListener("load", () => resolve(request));
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Error(end)));
    request.addEventListener("loadend", () => {
      bar.hidden = true;
    });
    request.open("POST", url);
    request.send(data);
  });
}

// A file that was changed, moved or deleted after it was chosen cannot be read any more: its input is emptied.
export async function dropUnreadable(inputs) {
  const dropped = [];
  for (const input of inputs) {
    try {
      for (const file of input.files) await file.slice(0, 1).arrayBuffer();
    } catch {
      input.value = "";
      dropped.push(input);
    }
  }
  return dropped;
}

// A file input takes the files that a person chose, or that another one held.
export function put(input, ...files) {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
}
