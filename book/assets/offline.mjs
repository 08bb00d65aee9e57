// Starts the service worker that keeps the book, once the page is there and the reader has it.
const page = document.documentElement;
const root = new URL(page.dataset.content_root ?? "./", document.baseURI);

async function keepBook() {
  const registration = await navigator.serviceWorker.register(new URL("service_worker.js", root), {
    scope: root.pathname,
    updateViaCache: "none",
  });
  await navigator.serviceWorker.ready;
  if (navigator.connection?.saveData) return;
  registration.active?.postMessage("fetch ahead");
}

if ("serviceWorker" in navigator && isSecureContext) {
  const start = () => keepBook().catch((error) => console.info("The book is not kept offline:", error));
  const whenIdle = () => (window.requestIdleCallback ?? setTimeout)(start);
  if (document.readyState === "complete") whenIdle();
  else addEventListener("load", whenIdle, { once: true });
}
