// The worker of the reconciliation: takes the files chunk by chunk through the engine, off the page's thread.
// Nothing is fetched but the engine itself, and nothing is sent but to the page.
const base = import.meta.url.replace(/-worker\.js$/, "");
const loaded = import(`${base}.js`).then(async (rung) => {
  await rung.default({ module_or_path: `${base}.wasm` });
  return rung;
});

const HEAD = 1 << 16;
const CHUNK = 1 << 22;

const bytes = async (blob) => new Uint8Array(await blob.arrayBuffer());

const deeds = {
  async columns(rung, side, file) {
    try {
      postMessage(["columns", side, rung.columns_of(await bytes(file.slice(0, HEAD)))]);
    } catch (error) {
      throw inFile(error, file);
    }
  },
  async run(rung, plan, ...files) {
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const job = new rung.Reconciliation(plan);
    let done = 0;
    for (const file of files) {
      try {
        for (let at = 0; at < file.size; at += CHUNK) {
          const chunk = await bytes(file.slice(at, at + CHUNK));
          job.feed(chunk);
          done += chunk.length;
          postMessage(["progress", done, total]);
        }
        job.end_file();
      } catch (error) {
        throw inFile(error, file);
      }
    }
    postMessage(["outcome", ...job.outcome()]);
    job.free();
  },
};

function inFile(error, file) {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    return new Error("the files need more memory than the browser gives: use the command line for them");
  }
  if (error instanceof DOMException) return new Error(`${file.name}: it cannot be read any more; choose it again`);
  return new Error(`${file.name}: ${error.message}`);
}

onmessage = async ({ data: [deed, ...rest] }) => {
  try {
    await deeds[deed](await loaded, ...rest);
  } catch (error) {
    postMessage(["failed", deed === "columns" ? rest[0] : "", error.message]);
  }
};
