"use strict";
const evidence = JSON.parse(document.getElementById("evidence").textContent);
const form = document.getElementById("filters");
const rows = [...document.querySelectorAll("#matrix > tbody > tr")];

function filter() {
  const wanted = new FormData(form);
  let shown = 0;
  for (const row of rows) {
    const fits = row.cells[0].textContent.includes(wanted.get("identity"))
      && row.cells[1].textContent.includes(wanted.get("destination"))
      && (!wanted.get("scheme") || row.dataset.scheme === wanted.get("scheme"))
      && (!wanted.get("verdict") || row.dataset.verdict === wanted.get("verdict"));
    row.hidden = !fits;
    if (!fits) close(row.querySelector(".why"));
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} rows`;
}

function close(button) {
  if (button.getAttribute("aria-expanded") !== "true") return;
  button.setAttribute("aria-expanded", "false");
  button.closest("tr").nextElementSibling.remove();
}

function open(button) {
  const found = evidence[button.dataset.cell];
  const row = document.createElement("tr");
  row.className = "evidence";
  const cell = row.insertCell();
  cell.colSpan = 6;
  cell.innerHTML = found.picture;
  const title = document.createElement("p");
  title.textContent = `${found.title}. Decided by ${found.decided}`;
  const list = document.createElement("ol");
  for (const [control, passage, reason, address] of found.steps) {
    const item = document.createElement("li");
    item.className = passage;
    item.textContent = `${control} ${passage}: ${reason} `;
    if (address) item.appendChild(document.createElement("code")).textContent = address;
    list.appendChild(item);
  }
  cell.append(title, list);
  button.setAttribute("aria-expanded", "true");
  button.closest("tr").after(row);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".why");
  if (button) (button.getAttribute("aria-expanded") === "true" ? close : open)(button);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll('.why[aria-expanded="true"]').forEach(close);
});
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
filter();
