/** A figure's state: the model's where it has a value, the figure's default otherwise. */

/**
 * @typedef {object} Model the part of anywidget's model that figures use
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} [off]
 */

/**
 * @param {Model} model
 * @param {Record<string, any>} defaults
 * @param {() => void} onChange called once for each change, whoever made it
 */
export function connect(model, defaults, onChange) {
  let ours = false;
  const changed = () => {
    if (!ours) onChange();
  };
  const events = Object.keys(defaults).map((name) => `change:${name}`);
  for (const event of events) model.on(event, changed);

  return {
    /** @param {string} name */
    get(name) {
      const value = model.get(name);
      const fallback = defaults[name];
      if (typeof fallback !== "number") return value ?? fallback;
      return typeof value === "number" && Number.isFinite(value) ? value : fallback;
    },
    /** @param {Record<string, any>} values */
    set(values) {
      ours = true;
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      model.save_changes();
      ours = false;
      onChange();
    },
    disconnect() {
      for (const event of events) model.off?.(event, changed);
    },
  };
}
