/** Contour lines of a surface that is known on a grid: marching squares. */

/**
 * @typedef {object} Surface
 * @property {number} side how many columns, and rows
 * @property {Float64Array} heights row by row
 * @property {number} least
 * @property {number} most
 */

/**
 * @param {number} side
 * @param {(column: number, row: number) => number} height
 * @returns {Surface}
 */
export function surface(side, height) {
  const heights = new Float64Array(side * side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      heights[row * side + column] = height(column, row);
    }
  }
  return { side, heights, least: Math.min(...heights), most: Math.max(...heights) };
}

/**
 * @param {Surface} surface
 * @param {number} level
 * @returns {[number, number, number, number][]} straight pieces from point to point of the grid
 */
export function contour({ side, heights }, level) {
  /** @type {[number, number, number, number][]} */
  const pieces = [];
  for (let row = 0; row < side - 1; row += 1) {
    for (let column = 0; column < side - 1; column += 1) {
      const at = row * side + column;
      const corners = [heights[at], heights[at + 1], heights[at + side + 1], heights[at + side]];
      /** @type {[number, number][]} */
      const crossings = [];
      corners.forEach((here, corner) => {
        const next = corners[(corner + 1) % 4];
        if (here < level === next < level) return;
        const share = (level - here) / (next - here);
        const along = [[share, 0], [1, share], [1 - share, 1], [0, 1 - share]][corner];
        crossings.push([column + along[0], row + along[1]]);
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        pieces.push([...crossings[i], ...crossings[i + 1]]);
      }
    }
  }
  return pieces;
}

/** @param {number} range @param {number} count @returns {number} a round step, about range / count */
export function roundStep(range, count) {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
}
