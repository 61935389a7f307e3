// Shows each part's result as steps beside its words, and says on the page's root that it ran.
"use strict";
for (const cell of document.querySelectorAll("td[data-level]")) {
  const steps = document.createElement("span");
  steps.className = "steps";
  steps.setAttribute("aria-hidden", "true");
  for (let step = 0; step < 3; step++) {
    const box = steps.appendChild(document.createElement("i"));
    box.classList.toggle("reached", step <= Number(cell.dataset.level));
  }
  cell.prepend(steps);
}
document.documentElement.dataset.script = "ran";
