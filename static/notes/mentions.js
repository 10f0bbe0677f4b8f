// Completes @names in a note. Typing the name works without this.
const PART = /(?:^|[^\w@.+-])@([\w.+-]*)$/;

for (const field of document.querySelectorAll("textarea[data-mentions]")) complete(field);

function complete(field) {
  const form = field.form;
  const list = form.querySelector(".suggested");
  const said = form.querySelector("[role=status]");
  let at = -1;
  let asked = 0;

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
    const reply = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(start)}`);
    if (!reply.ok || mine !== asked) return undefined;
    return show((await reply.json()).people);
  }

  function show(people) {
    at = -1;
    list.replaceChildren(...people.map((person, number) => {
      const item = document.createElement("li");
      item.role = "option";
      item.id = `person-${number}`;
      item.dataset.username = person.username;
      item.textContent = `@${person.username}  ${person.name}`;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    list.hidden = people.length === 0;
    said.textContent = people.length ? `${people.length} ${field.dataset.some}` : field.dataset.none;
  }

  function choose(event) {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      mark((at + step + list.children.length) % list.children.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
      event.preventDefault();
      take(list.children[at]);
    } else if (event.key === "Escape") {
      close();
    }
  }

  function mark(number) {
    at = number;
    for (const [place, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(place === at));
    field.setAttribute("aria-activedescendant", list.children[at].id);
    said.textContent = list.children[at].textContent;
  }

  function take(item) {
    const end = field.selectionStart;
    const start = end - typed().length;
    field.setRangeText(`${item.dataset.username} `, start, end, "end");
    close();
    field.focus();
  }

  function close() {
    asked += 1;
    at = -1;
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }
}
