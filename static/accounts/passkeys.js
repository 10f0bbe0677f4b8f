// Says in the page when a passkey was not used; allauth's own script would only write it to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const text of document.querySelectorAll("[data-passkey-problem]")) text.hidden = false;
});

// Recovery codes are shown once: leaving before they are ticked as kept asks again.
const saved = document.querySelector("#codes_saved");
if (saved) {
  const warn = (event) => event.preventDefault();
  const watch = () =>
    (saved.checked ? window.removeEventListener : window.addEventListener).call(window, "beforeunload", warn);
  saved.addEventListener("change", watch);
  watch();
}
