// What scrolls in its own box (a long formula, a wide picture, code) can be reached by keyboard.
//
// The theme does this for code and outputs as the page loads, and lays the page out once for each.
// Here all are looked at while nothing else happens, and first read, then written.

const BOXES = ".math-formula, .picture, pre, .cell_output > .output";
const AT_ONCE = 8; // milliseconds, so that a reader who does something does not wait
const whenIdle = window.requestIdleCallback ?? ((then) => setTimeout(then, 50));
const waiting = new Set();

function scrolls(element) {
  const { overflowX, overflowY } = getComputedStyle(element);
  const may = (overflow) => overflow === "auto" || overflow === "scroll";
  return (
    (may(overflowX) && element.scrollWidth > element.clientWidth) ||
    (may(overflowY) && element.scrollHeight > element.clientHeight)
  );
}

function lookAtSome() {
  const found = [];
  const began = performance.now();
  for (const element of waiting) {
    if (performance.now() - began > AT_ONCE) break;
    waiting.delete(element);
    found.push([element, scrolls(element)]);
  }
  for (const [element, needed] of found) {
    if (needed) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
  if (waiting.size) whenIdle(lookAtSome);
}

// What is not drawn yet has no size (draw_later.mjs): it is looked at when it is drawn.
const NOT_YET = ".draws-later .draw-later";

function lookAt(elements) {
  if (!waiting.size) whenIdle(lookAtSome);
  for (const element of elements) if (!element.closest(NOT_YET)) waiting.add(element);
}

const boxesIn = (node) => [node, ...node.querySelectorAll(BOXES)].filter((it) => it.matches(BOXES));
const lookAtAll = () => lookAt(document.querySelectorAll(BOXES));

// What a cell shows when it has run, and what a fold holds, is laid out only then.
const main = document.querySelector("main");
if (main) {
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    for (const node of added) {
      if (node instanceof Element) lookAt(boxesIn(node));
    }
  }).observe(main, { subtree: true, childList: true });
  main.addEventListener("toggle", ({ target }) => lookAt(target.querySelectorAll(BOXES)), true);
  main.addEventListener("drawn", ({ target }) => lookAt(boxesIn(target)));
}
addEventListener("resize", lookAtAll);
document.fonts.ready.then(lookAtAll);
