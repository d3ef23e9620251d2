// The evidence of a row: opened below it, told in words, as a picture and control by control.
const TOLD = {
  allowed: ["It arrives", ", let through by "],
  conditional: ["A part of it arrives", ", let through by "],
  refused: ["It is stopped", " by "],
  unknown: ["It is left open", " by "],
};

function verdictOf(known) {
  const by = known.decisive;
  const [what, who] = TOLD[known.verdict];
  const told = element("p", { class: "decision" }, element("strong", { class: `verdict ${known.verdict}` }, what));
  if (by) told.append(`${who}${by.control}: ${by.reason}. `);
  if (by && by.address) told.append(element("code", {}, ...breakable(by.address)));
  const more = [];
  if (known.verdict === "conditional") more.push(`Allowed: ${known.conditions.join("; ")}. The client sees ${known.client}.`);
  if (known.verdict === "refused") more.push(`The client sees: ${known.client}.`);
  if (known.verdict === "allowed" || known.verdict === "conditional") more.push(`It ends at ${known.seen}.`);
  const missing = [...new Set(known.steps.filter((one) => one.passage === "not given").map((one) => one.control))];
  if (missing.length) more.push(`Not in the input, so neither passed nor refused: ${missing.join(", ")}.`);
  return [told, ...(more.length ? [element("p", {}, more.join(" "))] : [])];
}

function controls(known) {
  const list = element("ol");
  known.steps.forEach((one, at) => {
    const item = element("li", { class: `${one.passage.replace(" ", "-")}${at + 1 === known.decides ? " decides" : ""}` });
    item.append(element("b", {}, one.control), ` ${one.passage}: ${one.reason} `);
    if (one.address) item.append(element("code", {}, ...breakable(one.address)));
    list.append(item);
  });
  return list;
}

function about(codes) {
  if (!codes.length) return [];
  const told = element("p", {}, "Findings that name this cell: ");
  codes.forEach((code, at) => {
    const [level, name] = data.kinds[code];
    told.append(at ? ", " : "", element("a", { href: `#${code}` }, code), ` ${name} (${level})`);
  });
  return [told];
}

function evidence(row, link, width) {
  const found = [element("h3", {}, `${row.identity} to ${row.scheme}://${row.host}`)];
  for (const [when, known] of row.answers) {
    if (when) found.push(element("h4", {}, `${when}: ${known.said}`));
    found.push(...verdictOf(known), picture(row, known, width), controls(known));
  }
  return [...found, ...about(row.codes), element("p", {}, element("a", { href: link }, "Link to this cell"))];
}
