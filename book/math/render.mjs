// One formula a line on standard input, as JSON {tex, display}; one line of JSON {html} or {error}
// a formula on standard output. KaTeX writes HTML for the eye and MathML for a screen reader.
import { createInterface } from "node:readline";
import katex from "katex";

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { displayMode: display, strict: "error", throwOnError: true }) };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
