// Hands JupyterLite to the site's service worker before JupyterLite loads anything, so that what a visit
// loads is kept for use without a network, and a new build is seen at once where there is one.
const site = new URL("../", import.meta.url);
const PATIENCE = 5000; // milliseconds; JupyterLite then starts without being kept

async function handOver(workers) {
  const taken = () => new Promise((go) => workers.addEventListener("controllerchange", go, { once: true }));
  const [before, next] = [workers.controller, taken()];
  const script = new URL("service_worker.js", site);
  const registration = await workers.register(script, { scope: site.pathname, updateViaCache: "none" });
  await registration.update().catch(() => {}); // there is no network: what is kept is the newest
  if (!registration.active || registration.installing || registration.waiting) {
    await next;
    if (before) location.reload(); // the old build has begun to load
  }
  const loaded = [...document.querySelectorAll("link[href]")].map((link) => link.href);
  const controlled = workers.controller ? null : taken(); // as after a reload that went past it
  registration.active.postMessage({ keep: [location.href, import.meta.url, ...loaded] });
  await controlled;
  // JupyterLite keeps a service worker of its own version, and else unregisters every one of the site.
  const config = await (await fetch(new URL("lite/jupyter-lite.json", site))).json();
  localStorage.setItem(`${workers.controller.scriptURL}-version`, config["jupyter-config-data"].appVersion);
}

const workers = isSecureContext ? navigator.serviceWorker : undefined;
if (workers) {
  const late = new Promise((go) => setTimeout(go, PATIENCE));
  await Promise.race([handOver(workers), late]).catch((error) => console.info("JupyterLite is not kept:", error));
}
