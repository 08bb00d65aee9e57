// Starts the service worker that keeps the book. It is there before the reader reaches for Python, so that
// the first visit already keeps what is compiled; what it fetches ahead waits until nothing else is asked for.
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
  keepBook().catch((error) => console.info("The book is not kept offline:", error));
}
