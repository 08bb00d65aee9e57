// Stands where Pyodide's own pyodide.js stands, in a site built with CDN=1. `loadPyodide` has the same
// contract; the core and the packages come from Pyodide's CDN, our own wheels from this folder.
{
  const cdn = "{{CDN}}";
  importScripts(`${cdn}pyodide.js`);
  const load = self.loadPyodide;
  self.loadPyodide = async ({ indexURL, lockFileURL = `${indexURL}pyodide-lock.json`, ...more }) => {
    const lockFile = new URL(lockFileURL, self.location.href);
    const lock = await (await fetch(lockFile)).json();
    for (const entry of Object.values(lock.packages)) {
      entry.file_name = new URL(entry.file_name, lockFile).href;
    }
    const completed = URL.createObjectURL(new Blob([JSON.stringify(lock)], { type: "application/json" }));
    try {
      return await load({ ...more, indexURL: cdn, lockFileURL: completed });
    } finally {
      URL.revokeObjectURL(completed);
    }
  };
}
