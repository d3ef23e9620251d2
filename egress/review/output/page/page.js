// The filters, and the address: #verdict=allowed&identity=team-x filters, #cell=team-x/test https://example.com opens.
const LINKS = { matrix: "cell", opens: "opens", others: "changes" };
const form = document.getElementById("filters");
const shown = document.getElementById("shown");
const tables = {};
for (const name of Object.keys(LINKS)) {
  if (document.getElementById(name)) tables[name] = new Rows(name, name === "matrix" ? matrixRow : changeRow);
}
const matrix = tables.matrix;
const decided = (row) => data.steps[data.answers[row[3]][4]]?.[0] ?? -1;
for (const control of [...new Set(matrix.all.map(decided))].filter((one) => one >= 0).map(text).sort()) {
  form.elements.decided.append(element("option", {}, control));
}

function filter() {
  const { identity, destination, scheme, verdict, decided: control } = Object.fromEntries(new FormData(form));
  const has = (number, words) => text(number).toLowerCase().includes(words.trim().toLowerCase());
  matrix.keep((row) => has(row[0], identity) && has(row[1], destination)
    && (!scheme || text(row[2]) === scheme)
    && (!verdict || text(data.answers[row[3]][0]) === verdict)
    && (!control || text(decided(row)) === control));
  tell();
}

function tell() {
  shown.textContent = `${counted(matrix.left.length)} of ${counted(matrix.all.length)} rows`;
}

// The address says what is looked at, so that it can be sent to somebody.
function remember() {
  const found = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  for (const [name, table] of Object.entries(tables)) {
    const last = table.opened().pop();
    if (last) found.set(LINKS[name], table.key(table.row(last.dataset.row)));
  }
  history.replaceState(null, "", `#${found}`);
}

function follow() {
  const hash = location.hash.slice(1);
  if (!hash.includes("=")) {
    const target = hash && document.getElementById(hash);
    if (target?.tagName === "DETAILS") { target.open = true; target.querySelector("summary").focus(); }
    return;
  }
  const wanted = new URLSearchParams(hash);
  for (const field of form.querySelectorAll("input, select")) field.value = wanted.get(field.name) ?? "";
  filter();
  for (const [name, table] of Object.entries(tables)) if (wanted.has(LINKS[name]) && table.show(wanted.get(LINKS[name]))) return;
  form.scrollIntoView();
  form.elements.identity.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const table of Object.values(tables)) table.opened().forEach((button) => table.close(button));
  remember();
});
// A wider or narrower window draws the pictures anew.
let width = innerWidth;
addEventListener("resize", () => {
  if (width === innerWidth) return;
  width = innerWidth;
  for (const table of Object.values(tables)) {
    for (const button of table.opened()) {
      const held = document.activeElement === button;
      table.close(button);
      table.open(button);
      if (held) button.focus();
    }
  }
});
form.addEventListener("input", () => { filter(); remember(); });
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
// Printed, everything is open that can be; afterwards what was closed is closed again.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((one) => { one.open = true; });
});
addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
addEventListener("hashchange", follow);
tell();
follow();
