// Which shortcut a key event means, whatever the keyboard types: under a Korean input method `key` is a letter of
// Hangul, or "Process", and only `code` names the key. Where the keyboard types Latin letters, its own layout counts.
const PLACES = {
  Digit0: "0",
  Numpad0: "0",
  Digit1: "1",
  Digit2: "2",
  Digit3: "3",
  Minus: "-",
  NumpadSubtract: "-",
  Equal: "=",
  NumpadAdd: "+",
};
const SHIFTED = { Equal: "+", Slash: "?" };

export function shortcut(event) {
  if (/^[\x20-\x7e]$/.test(event.key) || event.key.startsWith("Arrow")) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey ? letter : letter.toLowerCase();
  return (event.shiftKey && SHIFTED[event.code]) || PLACES[event.code] || "";
}
