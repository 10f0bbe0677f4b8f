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
  document.documentElement.classList.add("js"); // hides buttons that only a page without script needs
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
})();
