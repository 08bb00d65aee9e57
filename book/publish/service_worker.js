// Keeps the site for the second visit and for use without a network. `book.publish.offline` puts in the
// list of the site's files, each with a hash of its content, so that a file is kept under what it holds
// and an old one is never taken for a new one.
//
// Pages, style sheets and scripts come from the network while there is one, so that a reader sees the
// newest; they are fetched ahead and serve where there is none. What is large and changes only with
// its hash (Python, JupyterLite) is fetched once, when it is first asked for. Where one chapter's keys
// or data are asked for, those of the others follow: without a network every exercise can be checked.
//
// Pages are answered with the headers that isolate them from other origins: only then may a script
// interrupt Python without losing its state, and a static host seldom sends them.
const HASHES = JSON.parse(`{{HASHES}}`); // path → hash, for every file of the site
const AHEAD = JSON.parse(`{{AHEAD}}`); // paths that are fetched ahead
const TOGETHER = JSON.parse(`{{TOGETHER}}`); // paths that follow where one of them is asked for
const CACHE = "book";
const SCOPE = new URL(self.registration.scope);
const FETCHED_AT_ONCE = 6;

const pathOf = (url) => {
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return null;
  const path = decodeURIComponent(url.pathname.slice(SCOPE.pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
};
const keyOf = (path) => new URL(`${encodeURI(path)}?kept=${HASHES[path]}`, SCOPE).href;
const ahead = new Set(AHEAD);
const together = new Set(TOGETHER);

function isolated(response) {
  if (response.status === 0) return response; // a redirection, which the browser follows itself
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

async function keep(path) {
  const response = await fetch(new URL(encodeURI(path), SCOPE), { cache: "no-cache" });
  if (response.status === 200 && !response.redirected) {
    const cache = await caches.open(CACHE);
    await cache.put(keyOf(path), response.clone());
  }
  return response;
}

async function keepAll(paths) {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  const missing = paths.filter((path) => path in HASHES && !kept.has(keyOf(path)));
  const next = async () => {
    for (let path = missing.pop(); path !== undefined; path = missing.pop()) {
      await keep(path).catch(() => {}); // it is fetched when it is asked for
    }
  };
  await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, next));
}

async function forgetOld() {
  const cache = await caches.open(CACHE);
  const current = new Set(Object.keys(HASHES).map(keyOf));
  const old = (await cache.keys()).filter((request) => !current.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

// Only a whole answer is kept; a request for a part of a file goes to the network.
async function fromNetwork(request, path) {
  const kept = () => caches.match(keyOf(path));
  try {
    const response = await fetch(request);
    return response.status >= 500 ? ((await kept()) ?? response) : response;
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  }
}

const fromCache = async (path) => (await caches.match(keyOf(path))) ?? (await keep(path));

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([self.clients.claim(), forgetOld()])),
);

self.addEventListener("message", (event) => {
  if (event.data === "fetch ahead") event.waitUntil(keepAll(AHEAD));
  if (event.data?.keep) { // what JupyterLite's page had loaded before this worker could keep it
    const paths = event.data.keep.map((url) => pathOf(new URL(url)));
    event.waitUntil(Promise.all([self.clients.claim(), keepAll(paths)]));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const path = request.method === "GET" ? pathOf(url) : null;
  const kept = path !== null && path in HASHES && !request.headers.has("range");
  if (kept || !url.pathname.includes("/api/")) event.stopImmediatePropagation();
  if (!kept) return;
  const opens = request.mode === "navigate";
  const answer = opens || ahead.has(path) ? fromNetwork(request, path) : fromCache(path);
  const page = opens || request.destination.endsWith("worker");
  event.respondWith(page && !path.startsWith("lite/") ? answer.then(isolated) : answer);
  if (together.has(path)) event.waitUntil(answer.then(() => keepAll(TOGETHER)));
});

// By requests to /api/ JupyterLite's kernels ask its page for files and for input; its own script answers.
importScripts("lite/service-worker.js");
