// A table of many rows: a page of them at a time, those that a filter leaves, and the evidence that is open.
class Rows {
  constructor(name, make) {
    this.name = name;
    this.table = document.getElementById(name);
    this.body = this.table.tBodies[0];
    this.size = Number(this.table.dataset.page);
    this.make = make;
    this.all = data.tables[name];
    this.left = this.all.map((_, number) => number);
    this.first = 0;
    this.pages = document.querySelector(`nav[data-of="${name}"]`);
    document.querySelector(`.rest[data-of="${name}"]`)?.remove();
    this.body.addEventListener("click", (event) => {
      const button = event.target.closest(".why");
      if (button) this.toggle(button);
    });
    this.pages.addEventListener("click", (event) => {
      const by = Number(event.target.dataset.by);
      if (by) this.turn(by);
    });
    this.count();
  }

  row(number) { return this.make(this.all[number]); }
  key(row) { return `${row.identity} ${row.scheme}://${row.host}`; }

  keep(fits) {
    const left = this.all.map((_, number) => number).filter((number) => fits(this.all[number]));
    const same = left.length === this.left.length && left.every((number, at) => number === this.left[at]);
    if (same && !this.first) return;
    this.left = left;
    this.first = 0;
    this.draw();
  }

  turn(by) {
    this.first += by * this.size;
    this.draw();
    this.table.scrollIntoView();
  }

  // Lines that stay keep their evidence, and the button in focus stays in focus.
  draw() {
    const held = document.activeElement;
    const there = new Map();
    for (const button of this.body.querySelectorAll(".why")) {
      const line = button.closest("tr");
      const next = line.nextElementSibling;
      there.set(Number(button.dataset.row), next?.className === "evidence" ? [line, next] : [line]);
    }
    const wanted = this.left.slice(this.first, this.first + this.size);
    this.body.replaceChildren(...wanted.flatMap((number) => there.get(number) ?? [this.line(number)]));
    if (held !== document.activeElement && this.body.contains(held)) held.focus({ preventScroll: true });
    this.count();
  }

  count() {
    const { first, size, left } = this;
    this.pages.hidden = left.length <= size;
    const [back, on] = this.pages.querySelectorAll("button");
    back.disabled = !first;
    on.disabled = first + size >= left.length;
    this.pages.querySelector("span").textContent = `rows ${counted(first + 1)} to ${counted(Math.min(first + size, left.length))} of ${counted(left.length)}`;
  }

  line(number) {
    const row = this.row(number);
    const line = element("tr");
    if (row.verdict) Object.assign(line.dataset, { verdict: row.verdict, scheme: row.scheme });
    row.texts.forEach((words, at) => {
      const inside = row.verdict && at === 3 ? [element("span", { class: `verdict ${row.verdict}` }, ...breakable(words))] : breakable(words);
      const look = words === row.identity || words === row.host ? whole(words) : {};
      line.append(at ? element("td", look, ...inside) : element("th", { scope: "row", ...look }, ...inside));
    });
    const hidden = element("span", { class: "hidden" }, `: ${row.identity} to ${row.host} over ${row.scheme}`);
    line.append(element("td", {}, element("button", { type: "button", class: "why", "data-row": number, "aria-expanded": "false" }, "why", hidden)));
    return line;
  }

  toggle(button) {
    const is = button.getAttribute("aria-expanded") === "true";
    if (is) this.close(button); else this.open(button);
    remember();
  }

  open(button) {
    if (button.getAttribute("aria-expanded") === "true") return;
    const row = this.row(button.dataset.row);
    const id = `${this.name}-${button.dataset.row}`;
    const link = `#${new URLSearchParams({ [LINKS[this.name]]: this.key(row) })}`;
    const cell = element("td", { colspan: this.table.tHead.rows[0].cells.length });
    const width = Math.min(this.table.clientWidth, document.documentElement.clientWidth) - 40;
    cell.append(...evidence(row, link, width));
    button.closest("tr").after(element("tr", { class: "evidence", id }, cell));
    button.setAttribute("aria-expanded", "true");
    button.setAttribute("aria-controls", id);
  }

  close(button) {
    if (button.getAttribute("aria-expanded") !== "true") return;
    const line = button.closest("tr").nextElementSibling;
    if (line.contains(document.activeElement)) button.focus();
    line.remove();
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-controls");
  }

  opened() { return [...this.body.querySelectorAll('.why[aria-expanded="true"]')]; }

  // Bring a row to the reader: on its page, opened, its button in focus.
  show(key) {
    const number = this.left.find((one) => this.key(this.row(one)) === key);
    if (number === undefined) return false;
    const first = Math.floor(this.left.indexOf(number) / this.size) * this.size;
    if (first !== this.first) { this.first = first; this.draw(); }
    const button = this.body.querySelector(`.why[data-row="${number}"]`);
    this.table.closest("details")?.setAttribute("open", "");
    this.open(button);
    button.focus({ preventScroll: true });
    button.closest("tr").scrollIntoView({ block: "center" });
    return true;
  }
}
