// Loaded before the style sheets, so that a page never flashes in the other theme.
// The choice is kept in this browser; without one the page follows the system.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off
    }
  };
  const apply = () => {
    const theme = stored() ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = theme;
    document.documentElement.dataset.theme = theme; // Django's admin reads this one
  };
  // Pages show times in this zone unless the person chose another (submissions/accounts/preferences/time_zone.py).
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in older browsers and on plain http
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.documentElement.classList.add("js"); // hides buttons that only a page without script needs
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
})();
