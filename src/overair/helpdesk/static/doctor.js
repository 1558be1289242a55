// The steps of an examination as they come; without this script the page asks for itself again.
"use strict";

const state = document.getElementById("state");
const source = new EventSource(state.dataset.events);

function element(kind, text, name) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function show(step) {
  const section = document.querySelector(`[data-section="${CSS.escape(step.section)}"]`);
  let line = section.querySelector(`[data-key="${CSS.escape(step.key)}"]`);
  if (line === null) {
    line = document.createElement("li");
    line.dataset.key = step.key;
    section.querySelector("ul").append(line);
    section.hidden = false;
  }
  line.dataset.state = step.state;
  const told = step.reason ? `${step.state}: ${step.reason}` : step.state;
  line.replaceChildren(
    element("b", step.title),
    " ",
    ...(step.host ? [element("span", step.host, "host"), " "] : []),
    element("span", told, "state"),
    ...step.findings.map((finding) => element("p", finding)),
  );
}

source.addEventListener("step", (event) => {
  const step = JSON.parse(event.data);
  show(step);
  if (step.state === "running") state.textContent = `${step.title} …`;
});

source.addEventListener("ended", () => {
  source.close();
  location.reload();
});

source.addEventListener("error", () => {
  // Closed for good: the examination is not there any more, or too many look at it.
  if (source.readyState === EventSource.CLOSED) state.textContent = "The connection was lost. Reload this page.";
});
