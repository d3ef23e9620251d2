// The picture of a way: a line for each zone, a box for each station that the request met, and where it ends.
const BOX = { width: 158, height: 44, gap: 26, label: 18, under: 20, margin: 14 };
const MARKS = { passes: "\u2713", refuses: "\u2715", unknown: "?", "not given": "\u2013" };

function drawn(name, attributes, ...children) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  found.append(...children);
  return found;
}

// A name that fits its box; the whole of it is the box's title.
function fitting(name, letters = 20) {
  return name.length > letters ? `${name.slice(0, letters - 8)}\u2026${name.slice(-7)}` : name;
}

// What stands in the boxes: zone, name, the line below it, and its look.
function boxes(row, known) {
  const found = [{ zone: "the Pod", name: row.identity, under: "asks", look: "met" }];
  for (const { zone, name, passage, first, last } of known.way) {
    const here = first <= known.decides && known.decides <= last;
    const partly = here && known.verdict === "conditional";
    const numbers = first === last ? `${first}` : `${first}\u2013${last}`;
    const says = partly ? "~ lets a part pass" : `${MARKS[passage]} ${here && passage === "passes" ? "lets it pass" : passage}`;
    const look = passage === "refuses" ? "stop" : passage === "unknown" ? "open" : passage === "passes" ? "met" : "away";
    found.push({ zone, name, under: `${says} (${numbers})`, look: `${partly ? "part" : look}${here ? " decides" : ""}` });
  }
  const end = known.verdict === "unknown" ? { under: "? not decided", look: "away" }
    : known.stop ? { under: "not reached", look: "away" }
    : known.verdict === "conditional" ? { under: "~ reached by a part", look: "part" } : { under: "\u2713 reached", look: "met" };
  return [...found, { zone: "outside", name: row.host, ...end }];
}

// Left to right, a new line for a new zone and where the width ends.
function placed(found, width) {
  const across = Math.max(2, Math.floor((width + BOX.gap - 2 * BOX.margin) / (BOX.width + BOX.gap)));
  const line = BOX.label + BOX.height + BOX.under + 10;
  let column = -1, top = 0;
  found.forEach((box, number) => {
    box.starts = !number || box.zone !== found[number - 1].zone;
    column += 1;
    if (number && (column === across || (box.starts && box.zone !== "outside"))) { column = 0; top += line; }
    box.x = column * (BOX.width + BOX.gap) + BOX.margin;
    box.y = top + BOX.label;
  });
  const right = Math.max(...found.map((box) => box.x + BOX.width));
  return { width: right + BOX.margin, height: top + line };
}

function picture(row, known, width) {
  const found = boxes(row, known);
  const size = placed(found, width);
  const end = !known.stop ? "arrives" : `is ${known.stop.passage === "refuses" ? "stopped" : "left open"} at: ${known.stop.control}`;
  const svg = drawn("svg", {
    role: "img", "aria-label": `The request of ${row.identity} to ${row.host} ${end}`,
    viewBox: `0 0 ${size.width} ${size.height}`, width: size.width, height: size.height,
  });
  found.forEach((box, number) => {
    const { x, y, look } = box;
    if (number) svg.append(drawn("path", { class: look === "away" ? "line away" : "line", d: line(found[number - 1], box) }));
    const group = drawn("g", { class: look }, drawn("title", {}, box.name));
    if (box.starts) group.append(drawn("text", { class: "zone", x, y: y - 6 }, box.zone));
    group.append(
      drawn("rect", { x, y, width: BOX.width, height: BOX.height, rx: box.zone === "outside" ? 22 : 6 }),
      drawn("text", { x: x + BOX.width / 2, y: y + 27, "text-anchor": "middle" }, fitting(box.name)),
      drawn("text", { class: "mark", x: x + BOX.width / 2, y: y + BOX.height + 15, "text-anchor": "middle" }, box.under),
    );
    svg.append(group);
  });
  return svg;
}

// From one box to the next: straight on, or around to the left side of the first one on the next line.
function line(from, to) {
  const middle = from.y + BOX.height / 2;
  if (from.y === to.y) return `M${from.x + BOX.width} ${middle}H${to.x}m-6 -4l6 4l-6 4`;
  const between = to.y - BOX.label - 1;
  const left = to.x - BOX.margin + 3;
  return `M${from.x + BOX.width} ${middle}h10V${between}H${left}V${to.y + BOX.height / 2}H${to.x}m-6 -4l6 4l-6 4`;
}
