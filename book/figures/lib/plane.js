/** Colour a plane by a neuron's output. */

const LEVELS = 512;
const REACH = 24; // |z| at the edge of the table; weights and plane reach 3, so |z| <= 21

/** @param {string} hex @returns {number[]} */
const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/**
 * The output's colour for each z: paper at 0, the model's colour above, a light grey below, so that
 * the two differ in a grey print too. An output of 1 is well coloured; larger ones come nearer and
 * nearer to the full colour.
 * @param {(z: number) => number} activation
 * @param {Record<string, string>} colours
 * @returns {Uint8ClampedArray} red, green, blue for each of the levels of z
 */
export function colourTable(activation, colours) {
  const [paper, above, below] = [colours.surface, colours.model, colours.muted].map(rgb);
  const table = new Uint8ClampedArray(LEVELS * 3);
  for (let level = 0; level < LEVELS; level += 1) {
    const output = activation((level / (LEVELS - 1) - 0.5) * 2 * REACH);
    const [towards, most] = output >= 0 ? [above, 0.85] : [below, 0.4];
    const share = most * (1 - Math.exp(-1.3 * Math.abs(output)));
    for (const channel of [0, 1, 2]) {
      table[level * 3 + channel] = paper[channel] + share * (towards[channel] - paper[channel]);
    }
  }
  return table;
}

/** @param {number} z @returns {number} its place in the table */
const levelOf = (z) => Math.round(((z / REACH + 1) / 2) * (LEVELS - 1));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} table
 * @param {(x1: number, x2: number) => number} sum z, linear in both
 * @param {number} edge of the plane
 */
export function paintPlane(canvas, table, sum, edge) {
  const { width, height } = canvas;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  const dx = (2 * edge) / width;
  const dz = sum(dx, 0) - sum(0, 0);
  for (let row = 0; row < height; row += 1) {
    let z = sum(-edge + dx / 2, edge - ((row + 0.5) * 2 * edge) / height);
    for (let pixel = row * width * 4; pixel < (row + 1) * width * 4; pixel += 4) {
      const entry = levelOf(z) * 3;
      image.data[pixel] = table[entry];
      image.data[pixel + 1] = table[entry + 1];
      image.data[pixel + 2] = table[entry + 2];
      image.data[pixel + 3] = 255;
      z += dz;
    }
  }
  context.putImageData(image, 0, 0);
}

/**
 * The key: the colours of z from -reach to reach.
 * @param {HTMLCanvasElement} canvas one pixel high
 * @param {Uint8ClampedArray} table
 * @param {number} reach
 */
export function paintStrip(canvas, table, reach) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  for (let column = 0; column < canvas.width; column += 1) {
    const entry = levelOf(((column + 0.5) / canvas.width - 0.5) * 2 * reach) * 3;
    context.fillStyle = `rgb(${table.slice(entry, entry + 3).join(" ")})`;
    context.fillRect(column, 0, 1, canvas.height);
  }
}
