/** Things that a reader can move: by mouse, finger or arrow keys. */

import { assign, svg } from "./dom.js";

const TOUCH_RADIUS = 22; // 44 px across

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * Follow a drag that starts on an element, in pixels of the picture it lies in.
 * @param {SVGElement} target
 * @param {SVGSVGElement} picture
 * @param {(x: number, y: number) => void} onMove
 */
export function draggable(target, picture, onMove) {
  // Browsers heed touch-action on a whole picture only, not on a part of it.
  target.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    target.setPointerCapture(event.pointerId);
    target.classList.add("xf-dragged");
    event.stopPropagation();
  });
  target.addEventListener("pointermove", (event) => {
    if (!target.hasPointerCapture(event.pointerId)) return;
    const [x, y] = positionIn(picture, event);
    onMove(x, y);
  });
  target.addEventListener("lostpointercapture", () => target.classList.remove("xf-dragged"));
  // A click that ends a drag is no click on the picture beneath.
  target.addEventListener("click", (event) => event.stopPropagation());
}

/**
 * @param {SVGSVGElement} picture whose viewBox is in CSS pixels
 * @param {MouseEvent} event
 * @returns {[number, number]}
 */
export function positionIn(picture, event) {
  const box = picture.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/**
 * A round handle with the semantics of a slider.
 * @param {object} options
 * @param {string} options.label what it moves
 * @param {string} options.shape class of the visible mark
 * @param {SVGElement} [options.mark] the visible mark, around (0, 0)
 * @param {SVGSVGElement} options.picture
 * @param {number} options.min of aria-valuenow
 * @param {number} options.max of aria-valuenow
 * @param {(x: number, y: number) => void} options.onMove pixels
 * @param {(dx: number, dy: number) => void} options.onStep -1, 0 or 1, times ten with Shift
 */
export function handle({ label, shape, mark, picture, min, max, onMove, onStep }) {
  const element = svg(
    "g",
    {
      class: `xf-handle ${shape}`,
      role: "slider",
      tabindex: 0,
      "aria-label": label,
      "aria-valuemin": min,
      "aria-valuemax": max,
    },
    svg("circle", { r: TOUCH_RADIUS, class: "xf-touch" }),
    svg("circle", { r: 15, class: "xf-focus" }),
    mark ?? svg("circle", { r: 9, class: "xf-mark" }),
  );
  draggable(element, picture, onMove);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // a page may turn on arrow keys
    const times = event.shiftKey ? 10 : 1;
    onStep(arrow[0] * times, arrow[1] * times);
  });
  return {
    element,
    /** @param {number} x @param {number} y @param {number} now @param {string} text */
    place(x, y, now, text) {
      assign(element, {
        transform: `translate(${x} ${y})`,
        "aria-valuenow": now,
        "aria-valuetext": text,
      });
    },
  };
}
