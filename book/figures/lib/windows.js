/** A kernel over an image of one channel: sizes, padding, and the products of each window. */

/**
 * @param {number} size @param {number} kernel @param {number} stride @param {number} padding
 * @returns {number} how many places the kernel has
 */
export const places = (size, kernel, stride, padding) =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

/**
 * @param {number[][]} image
 * @param {number} padding
 * @returns {number[][]} with a border of zeros
 */
export function pad(image, padding) {
  const width = image[0].length + 2 * padding;
  const bar = Array.from({ length: padding }, () => Array(width).fill(0));
  const side = Array(padding).fill(0);
  return [...bar, ...image.map((row) => [...side, ...row, ...side]), ...bar].map((row) => [...row]);
}

/**
 * The window that begins at a row and a column of the padded image.
 * @param {number[][]} padded
 * @param {number} row @param {number} column @param {number} side
 * @returns {number[][]}
 */
export const windowAt = (padded, row, column, side) =>
  padded.slice(row, row + side).map((each) => each.slice(column, column + side));

/**
 * @param {number[][]} window
 * @param {number[][]} kernel
 * @returns {number} the sum of the products, entry by entry
 */
export function products(window, kernel) {
  let sum = 0;
  kernel.forEach((row, i) => row.forEach((weight, j) => (sum += weight * window[i][j])));
  return sum;
}

/**
 * @param {number[][]} image
 * @param {number[][]} kernel
 * @param {number} stride @param {number} padding
 * @returns {number[][]} the feature map
 */
export function convolve(image, kernel, stride, padding) {
  const padded = pad(image, padding);
  const rows = places(image.length, kernel.length, stride, padding);
  const columns = places(image[0].length, kernel.length, stride, padding);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) =>
      products(windowAt(padded, r * stride, c * stride, kernel.length), kernel),
    ),
  );
}
