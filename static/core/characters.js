// The server's table of characters (`argos/characters.py`), so that both sides judge the same text. The page has it as
// JSON; on a page without it, text stays as it is.

const told = document.getElementById("characters");
const table = told ? JSON.parse(told.textContent) : { folded: null, steps: [] };
const folded = table.folded ? new RegExp(table.folded, "gu") : null;
const steps = table.steps.map(([pattern, instead]) => [new RegExp(pattern, "gu"), instead]);

export function normalised(text) {
  let found = folded ? text.replace(folded, (wide) => wide.normalize("NFKC")) : text;
  for (const [pattern, instead] of steps) found = found.replace(pattern, instead);
  return found.normalize("NFC").trim();
}
