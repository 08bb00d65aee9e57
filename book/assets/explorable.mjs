// Starts the page's figures: modules with anywidget's contract, each with a model that lives in the
// page instead of in a kernel.

/** What a figure needs of anywidget's model: get, set, on, off, save_changes. */
export class LocalModel {
  #state;
  #listeners = new Map();

  constructor(state = {}) {
    this.#state = { ...state };
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    if (typeof name === "object") {
      for (const [key, each] of Object.entries(name)) this.set(key, each);
      return;
    }
    if (Object.is(this.#state[name], value)) return;
    this.#state[name] = value;
    this.#tell(`change:${name}`);
    this.#tell("change");
  }

  on(events, listener) {
    for (const event of events.split(/\s+/)) {
      if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
      this.#listeners.get(event).add(listener);
    }
  }

  off(events, listener) {
    const names = events ? events.split(/\s+/) : [...this.#listeners.keys()];
    for (const event of names) {
      if (listener) this.#listeners.get(event)?.delete(listener);
      else this.#listeners.delete(event);
    }
  }

  /** There is no kernel to save to. */
  save_changes() {}

  send() {}

  #tell(event) {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }
}

async function start(stage) {
  const { module, state, alt } = stage.dataset;
  const address = new URL(`../figures/${module}.js`, import.meta.url);
  const exported = (await import(address)).default;
  const widget = typeof exported === "function" ? await exported() : exported;
  const model = new LocalModel(JSON.parse(state));
  const el = document.createElement("div");
  el.className = "explorable-figure";
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", alt);
  await widget.initialize?.({ model });
  const picture = [...stage.childNodes];
  stage.append(el);
  try {
    await widget.render({ model, el });
  } catch (error) {
    el.remove();
    throw error;
  }
  for (const node of picture) node.remove();
  stage.dataset.live = "yes";
}

// A figure starts shortly before it is scrolled into view.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      start(target).catch((error) => {
        target.dataset.live = "no"; // The picture stays.
        console.error(`The figure ${target.dataset.module} did not start.`, error);
      });
    }
  },
  { rootMargin: "600px" },
);

for (const stage of document.querySelectorAll(".explorable-stage")) near.observe(stage);
