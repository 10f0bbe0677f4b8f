// Completes @names in a note: the first suggestion is chosen, Enter and Tab take it. Typed names work without this.
const PART = /(?:^|[^\w@.+-])@([\w.+-]*)$/;

// The review page puts another form in place of this one without loading the script again.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[data-mentions]:not([aria-autocomplete])")) complete(event.target);
});

function complete(field) {
  const form = field.form;
  const list = form.querySelector(".suggested");
  const said = form.querySelector("[role=status]");
  let at = -1;
  let asked = 0;
  let isWaiting = false; // for the people whose names begin so
  let pressed = ""; // Enter or Tab, before they came

  field.setAttribute("aria-autocomplete", "list");
  field.addEventListener("input", suggest);
  field.addEventListener("keydown", choose);
  field.addEventListener("blur", () => setTimeout(close, 150));

  function typed() {
    return PART.exec(field.value.slice(0, field.selectionStart))?.[1];
  }

  async function suggest() {
    const start = typed();
    if (start === undefined) return close();
    const mine = ++asked;
    isWaiting = true;
    const people = await peopleLike(start);
    return mine === asked ? show(people) : undefined;
  }

  async function peopleLike(start) {
    try {
      const reply = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(start)}`);
      return reply.ok ? (await reply.json()).people : [];
    } catch {
      return []; // no connection: the note can be typed without suggestions
    }
  }

  function show(people) {
    at = -1;
    list.replaceChildren(
      ...people.map((person, number) => {
        const item = document.createElement("li");
        item.role = "option";
        item.id = `person-${number}`;
        item.dataset.username = person.username;
        item.textContent = `@${person.username}  ${person.name}`;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(item);
        });
        return item;
      }),
    );
    list.hidden = people.length === 0;
    const key = pressed;
    [isWaiting, pressed] = [false, ""];
    if (people.length && key) take(list.children[0]);
    else if (people.length) mark(0);
    else if (key === "Enter") field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    said.textContent = people.length
      ? `${people.length} ${field.dataset.some}: ${list.children[0].textContent}`
      : field.dataset.none;
  }

  function choose(event) {
    const takes = ["Enter", "Tab"].includes(event.key) && !event.isComposing && !event.shiftKey;
    if (takes && isWaiting) pressed = event.key;
    else if (list.hidden) return;
    else if (takes) take(list.children[at]);
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") mark((at + 1) % list.children.length);
    else if (event.key === "ArrowUp") mark((at - 1 + list.children.length) % list.children.length);
    else return;
    event.preventDefault();
  }

  function mark(number) {
    at = number;
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === at));
    field.setAttribute("aria-activedescendant", list.children[at].id);
    said.textContent = list.children[at].textContent;
  }

  function take(item) {
    const end = field.selectionStart;
    const start = end - (typed() ?? "").length;
    field.setRangeText(`${item.dataset.username} `, start, end, "end");
    close();
    field.focus();
  }

  function close() {
    asked += 1;
    at = -1;
    [isWaiting, pressed] = [false, ""];
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }
}
