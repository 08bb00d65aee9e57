// Draws a block of the page shortly before it is seen, and all of them before anything that asks where
// things are: a link to a place on the page, the keyboard, the printer.

const page = document.documentElement;
const MODE = "draws-later";
const MARK = "draw-later";

function draw(block) {
  near.unobserve(block);
  block.classList.remove(MARK);
  block.dispatchEvent(new Event("drawn", { bubbles: true })); // scroll.mjs listens
}

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) draw(target);
  },
  { rootMargin: "100% 0px" },
);

function drawAll() {
  if (!page.classList.contains(MODE)) return;
  page.classList.remove(MODE);
  for (const block of document.querySelectorAll(`.${MARK}`)) draw(block);
}

if (page.classList.contains(MODE)) {
  for (const block of document.querySelectorAll(`.${MARK}`)) near.observe(block);
  const here = (link) => link?.hash && link.pathname === location.pathname;
  addEventListener("click", ({ target }) => here(target.closest?.("a[href]")) && drawAll(), true);
  addEventListener("keydown", ({ key }) => key === "Tab" && drawAll(), true);
  addEventListener("beforeprint", drawAll);
  addEventListener("hashchange", () => {
    // An address typed by hand: the browser is there already, among heights that were estimates.
    if (!page.classList.contains(MODE)) return;
    drawAll();
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });
}
