/** Attention between the words of a sentence whose vectors come from their spelling alone. */

export const SIZE = 64; // features of a word
export const MOST = 14; // words that are looked at; the rest is cut off

/** @param {string} sentence @returns {string[]} */
export const wordsOf = (sentence) => sentence.split(/\s+/).filter(Boolean).slice(0, MOST);

/**
 * A vector of length 1 for a word: how often each letter and each pair of letters occurs, `^` before
 * the first and `$` after the last; each is counted at a place that its code points decide.
 * @param {string} word
 * @returns {number[]}
 */
export function spelled(word) {
  const letters = Array.from(word.toLowerCase());
  const framed = ["^", ...letters, "$"];
  const counts = new Array(SIZE).fill(0);
  const code = (/** @type {string} */ letter) => letter.codePointAt(0) ?? 0;
  for (const letter of letters) counts[code(letter) % SIZE] += 1;
  for (let i = 0; i + 1 < framed.length; i += 1) {
    counts[(code(framed[i]) + 31 * code(framed[i + 1])) % SIZE] += 1;
  }
  const length = Math.hypot(...counts);
  return counts.map((count) => count / length);
}

/**
 * Sine in the even and cosine in the odd features, scaled to length 1.
 * @param {number} position
 * @returns {number[]}
 */
export function wave(position) {
  return Array.from({ length: SIZE }, (_, i) => {
    const angle = position * 10000 ** (-(i - (i % 2)) / SIZE);
    return (i % 2 ? Math.cos(angle) : Math.sin(angle)) / Math.sqrt(SIZE / 2);
  });
}

/**
 * The weights of every query (a row) on every key (a column).
 * @param {{ words: string[], sharpness: number, positions: number, causal: boolean }} options
 * @returns {number[][]}
 */
export function weightsOf({ words, sharpness, positions, causal }) {
  const vectors = words.map((word, place) => {
    const there = wave(place);
    return spelled(word).map((value, i) => sharpness * (value + positions * there[i]));
  });
  return vectors.map((query, row) => {
    const scores = vectors.map((key, column) =>
      causal && column > row
        ? -Infinity
        : query.reduce((sum, value, i) => sum + value * key[i], 0) / Math.sqrt(SIZE),
    );
    const largest = Math.max(...scores);
    const e = scores.map((score) => Math.exp(score - largest));
    const total = e.reduce((sum, value) => sum + value, 0);
    return e.map((value) => value / total);
  });
}
