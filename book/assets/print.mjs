// A page is printed as the light theme shows it, on white paper, whichever theme its reader has.
const page = document.documentElement;
let theme;

addEventListener("beforeprint", () => {
  theme = page.dataset.theme;
  page.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  page.dataset.theme = theme;
});
