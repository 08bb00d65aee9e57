// A quiz question: choose, press Check, read why. Without this script the explanations stay folded
// and every one can be opened by hand.

function judge(form, options) {
  const chosen = options.filter((option) => option.querySelector("input").checked);
  const verdict = form.querySelector(".quiz-verdict");
  for (const option of options) {
    option.classList.remove("is-right", "is-wrong");
    option.querySelector("details").open = false;
  }
  if (!chosen.length) {
    verdict.textContent = "Choose an answer first.";
    return;
  }
  const isRight = (option) => option.dataset.right === "yes";
  for (const option of chosen) {
    option.classList.add(isRight(option) ? "is-right" : "is-wrong");
    option.querySelector("details").open = true;
  }
  const allFound = options.filter(isRight).every((option) => chosen.includes(option));
  if (!chosen.every(isRight)) {
    verdict.textContent = "Not yet. Read why, then try again.";
  } else if (!allFound) {
    verdict.textContent = "Right so far, but not all of them.";
  } else {
    verdict.textContent = "Right. Open the others to see why they are not.";
    form.classList.add("is-solved");
  }
}

for (const form of document.querySelectorAll("form.quiz")) {
  const options = [...form.querySelectorAll(".quiz-option")];
  form.classList.add("is-live");
  form.querySelector(".quiz-check").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judge(form, options);
  });
}
