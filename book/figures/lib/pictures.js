/** Pictures of real digits, drawn in the colour of data. */

const SIDE = 20;

/**
 * Ink as opacity, so that the digit takes the given colour.
 * @param {string} picture one hexadecimal digit a pixel
 * @param {string} ink
 * @returns {HTMLCanvasElement}
 */
function stamp(picture, ink) {
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = ink;
  for (let pixel = 0; pixel < SIDE * SIDE; pixel += 1) {
    context.globalAlpha = Number.parseInt(picture[pixel], 16) / 15;
    context.fillRect(pixel % SIDE, Math.floor(pixel / SIDE), 1, 1);
  }
  return canvas;
}

/** @type {Map<string, HTMLCanvasElement>} */
const stamps = new Map();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ picture: string }} digit
 * @param {{ x: number, y: number, side: number, ink: string, paper: string }} where
 *     centre and side in canvas pixels, and colours
 */
export function drawDigit(context, { picture }, { x, y, side, ink, paper }) {
  const name = ink + picture;
  const cached = stamps.get(name) ?? stamp(picture, ink);
  stamps.set(name, cached);
  context.fillStyle = paper;
  context.globalAlpha = 0.72;
  context.beginPath();
  context.roundRect(x - side / 2, y - side / 2, side, side, side / 5);
  context.fill();
  context.globalAlpha = 1;
  context.drawImage(cached, x - side / 2, y - side / 2, side, side);
}
