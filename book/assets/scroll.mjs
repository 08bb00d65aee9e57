// What scrolls sideways on a narrow screen (a long formula, a wide picture) can be reached by keyboard.

const wide = document.querySelectorAll(".math-formula, .picture");

function offer() {
  for (const element of wide) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
}

offer();
addEventListener("resize", offer);
document.fonts.ready.then(offer);
