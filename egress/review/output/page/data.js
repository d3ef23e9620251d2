"use strict";
// The data of data.py: texts, steps, ways and answers are told once and meant by their numbers.
const data = JSON.parse(document.getElementById("evidence").textContent);
const text = (number) => (number < 0 ? "" : data.texts[number]);
const listed = (parts) => (Array.isArray(parts) ? parts.map(text).join(", ") : text(parts));

function step(number) {
  if (number < 0) return null;
  const [control, passage, reason, address] = data.steps[number].map(text);
  return { control, passage, reason, address };
}

function answer(number) {
  if (number < 0) return null;
  const [verdict, said, seen, client, decisive, stop, way, steps, conditions] = data.answers[number];
  return {
    verdict: text(verdict), said: text(said), seen: text(seen), client: text(client),
    decisive: step(decisive), stop: step(stop), steps: steps.map(step), conditions: conditions.map(text),
    way: data.ways[way].map(([zone, name, passage, first, last]) => ({ zone, name, passage, first, last })),
    decides: decisive < 0 ? 0 : steps.lastIndexOf(decisive) + 1,
  };
}

// A row of a table: who, where to, how, its texts, and the answers whose evidence it has.
function matrixRow([identity, host, scheme, after, ...codes]) {
  const known = answer(after);
  const control = known.decisive ? known.decisive.control : "";
  return {
    identity: text(identity), host: text(host), scheme: text(scheme), verdict: known.verdict, control, codes: codes.map(text),
    texts: [text(identity), text(host), text(scheme), known.said, control, known.seen],
    answers: [["", known]],
  };
}

function changeRow([texts, before, after]) {
  const told = texts.map(listed);
  const [, identity, host, scheme] = told;
  return {
    identity, host, scheme, codes: [], texts: told,
    answers: [["After", answer(after)], ["Before", answer(before)]].filter(([, known]) => known),
  };
}

const counted = (number) => number.toLocaleString("en");

// An element with its attributes and children; texts never become markup.
function element(name, attributes = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  found.append(...children);
  return found;
}

// As whole() of rows.py: a short name stays whole where there is room.
const whole = (words) => ({ class: words.length <= 40 ? "whole" : "long" });

// As breakable() of rows.py: where a narrow column may break a name.
function breakable(words) {
  return words.split(/(?<=[/._])(?=[^])/u).flatMap((part, at) => (at ? [document.createElement("wbr"), part] : [part]));
}
