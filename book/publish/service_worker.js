// Keeps the site for the second visit and for use without a network. `book.publish.offline` puts in the
// list of the site's files, each with a hash of its content, so that a file is kept under what it holds
// and an old one is never taken for a new one.
//
// Pages, style sheets and scripts come from the network while there is one, so that a reader sees the
// newest; they are fetched ahead, while nothing else is asked for, and serve where there is none. What is
// large and changes only with its hash (Python, JupyterLite) is fetched once, when it is first asked for.
// Where one chapter's keys or data are asked for, those of the others follow: without a network every
// exercise can be checked.
//
// Pages are answered with the headers that isolate them from other origins: only then may a script
// interrupt Python without losing its state, and a static host seldom sends them.
const HASHES = JSON.parse(`{{HASHES}}`); // path → hash, for every file of the site
const AHEAD = JSON.parse(`{{AHEAD}}`); // paths that are fetched ahead
const TOGETHER = JSON.parse(`{{TOGETHER}}`); // paths that follow where one of them is asked for
const CACHE = "book";
const SCOPE = new URL(self.registration.scope);
const FETCHED_AT_ONCE = 6;
const QUIET = 3000; // milliseconds without a request until files are fetched ahead: Python may be starting

let lastAsked = Date.now();

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

const keptOf = (path) => caches.match(keyOf(path));

async function keep(path) {
  const response = await fetch(new URL(encodeURI(path), SCOPE), { cache: "no-cache" });
  if (response.status === 200 && !response.redirected) {
    const cache = await caches.open(CACHE);
    await cache.put(keyOf(path), response.clone());
  }
  return response;
}

const replaced = () => self.registration.installing ?? self.registration.waiting;

// A worker of a newer build can take over only when this one has nothing left to do.
async function quiet() {
  while (!replaced() && Date.now() < lastAsked + QUIET) {
    await new Promise((go) => setTimeout(go, 200));
  }
  return !replaced();
}

async function notKept(paths) {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  return paths.filter((path) => path in HASHES && !kept.has(keyOf(path)));
}

async function keepWhenQuiet(paths) {
  const missing = await notKept(paths);
  const next = async () => {
    while ((await quiet()) && missing.length) {
      await keep(missing.pop()).catch(() => {}); // it is fetched when it is asked for
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
async function fromNetwork(request, path, init) {
  try {
    const response = await fetch(request, init);
    return response.status >= 500 ? ((await keptOf(path)) ?? response) : response;
  } catch (error) {
    const found = await keptOf(path);
    if (found) return found;
    throw error;
  }
}

// What was just kept is answered from the cache too: a browser keeps the code that it compiled from a file
// of the cache, and not from one of the network.
async function fromCache(path) {
  const found = await keptOf(path);
  if (found) return found;
  const response = await keep(path);
  return (await keptOf(path)) ?? response;
}

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([self.clients.claim(), forgetOld()])),
);

self.addEventListener("message", (event) => {
  if (event.data === "fetch ahead") event.waitUntil(keepWhenQuiet(AHEAD));
  if (event.data?.keep) { // what JupyterLite's page had loaded before this worker could keep it: at once,
    // since a visit may end before it is quiet, and the rest of JupyterLite is of no use without them
    const paths = event.data.keep.map((url) => pathOf(new URL(url)));
    const kept = notKept(paths).then((missing) => Promise.all(missing.map(keep)));
    event.waitUntil(Promise.all([self.clients.claim(), kept]));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  lastAsked = Date.now();
  const url = new URL(request.url);
  const path = request.method === "GET" ? pathOf(url) : null;
  const kept = path !== null && path in HASHES && !request.headers.has("range");
  if (kept || !url.pathname.includes("/api/")) event.stopImmediatePropagation();
  if (!kept) return;
  const opens = request.mode === "navigate";
  const init = opens ? { cache: "no-cache" } : {}; // an old page would ask for files that are gone
  const answer = opens || ahead.has(path) ? fromNetwork(request, path, init) : fromCache(path);
  const page = opens || request.destination.endsWith("worker");
  event.respondWith(page && !path.startsWith("lite/") ? answer.then(isolated) : answer);
  if (together.has(path)) event.waitUntil(answer.then(() => keepWhenQuiet(TOGETHER)));
});

// By requests to /api/ JupyterLite's kernels ask its page for files and for input; its own script answers.
importScripts("lite/service-worker.js");
