// A real server on a fresh SQLite database, loaded by wrk over loopback.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reconcileInBrowser } from "./bench-browser.mjs";

const target = process.env.CARGO_TARGET_DIR ?? "target";
const rung = join("target", "release", "rung");
const folder = mkdtempSync(join(tmpdir(), "rung-bench-"));
const database = `sqlite://${join(folder, "rung.db")}`;
const email = "bench@rung.example";
const password = "lantern crate violet ridge";
const seconds = Number(process.env.BENCH_SECONDS ?? 8);
const connections = 32;
const running = new Set();

const freePort = () =>
  new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });

function start(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });
  running.add(child);
  return child;
}

async function until(url, limit = 20_000) {
  const begun = performance.now();
  while (performance.now() - begun < limit) {
    try {
      const answer = await fetch(url);
      if (answer.ok) return performance.now() - begun;
    } catch {
      // Not listening yet.
    }
    await new Promise((next) => setTimeout(next, 2));
  }
  throw new Error(`${url} did not answer`);
}

const stop = (child) =>
  new Promise((stopped) => {
    child.once("exit", () => {
      running.delete(child);
      stopped();
    });
    child.kill("SIGTERM");
  });

/** Requests per second, p99 in milliseconds and the count of failed requests, as wrk saw them. */
function wrk(url, { script, headers = [] } = {}) {
  const args = ["-t2", `-c${connections}`, `-d${seconds}s`, "--latency"];
  if (script) args.push("-s", script);
  for (const header of headers) args.push("-H", header);
  const out = execFileSync("wrk", [...args, url], { encoding: "utf8" });
  const [, p99, unit] = out.match(/99%\s+([\d.]+)(us|ms|s)\b/);
  const scale = { us: 0.001, ms: 1, s: 1000 }[unit];
  const failed = Number(out.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0);
  return { rate: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]), p99: Number(p99) * scale, failed };
}

const megabytes = (pid, field) =>
  Number(readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${field}:\\s+(\\d+) kB`))[1]) / 1024;

/** A line for .ci/bench-table, at once: what was measured before a failure is told too. */
const row = (what, measured, floor, held) =>
  writeSync(1, `${[what, measured, floor, held ? "holds" : "MISSED"].join("\t")}\n`);

async function api(base, token, method, path, body) {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function signIn(base) {
  const form = new URLSearchParams({ "sign-in.email": email, "sign-in.password": password });
  const answer = await fetch(`${base}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: base, "sec-fetch-site": "same-origin" },
    body: form,
  });
  const cookie = answer.headers.getSetCookie().map((set) => set.split(";")[0]).join("; ");
  if (answer.status !== 303 || !cookie) throw new Error(`signing in answered ${answer.status}`);
  return cookie;
}

async function main() {
  const scoring = execFileSync(join(target, "release", "examples", "bench_scoring"), { encoding: "utf8" });
  const nanoseconds = Number(scoring.match(/([\d.]+)\s*ns/)[1]);
  row("scoring, full Beyond-7", `${(nanoseconds / 1000).toFixed(1)} µs`, "at most 20 µs", nanoseconds <= 20_000);

  const climbs = execFileSync(join(target, "release", "examples", "bench_roadmap"), { encoding: "utf8" });
  const worst = Math.max(...Array.from(climbs.matchAll(/worst ([\d.]+) ms/g), (match) => Number(match[1])));
  row("roadmap, Beyond-7, worst of 1,200", `${worst.toFixed(1)} ms`, "under 200 ms", worst < 200);

  const size = execFileSync(".ci/wasm-size", { encoding: "utf8" });
  const kilobytes = Number(size.match(/browser code: (\d+)/)[1]) / 1000;
  row("WebAssembly + JS, brotli", `${kilobytes.toFixed(1)} kB`, "at most 200 kB", kilobytes <= 200);

  const python = join(process.env.RUNG_CACHE, "python", "bin", "python");
  const recon = JSON.parse(execFileSync(python, [".ci/bench-reconcile.py", rung], { encoding: "utf8" }));
  row(
    "reconciling a million rows a side",
    `${recon.rung.toFixed(2)} s (DuckDB ${recon.duckdb.toFixed(2)} s)`,
    "at most DuckDB's full outer join",
    recon.rung <= recon.duckdb,
  );
  row("  its peak of resident memory", `${recon.megabytes.toFixed(0)} MB`, "under 500 MB", recon.megabytes < 500);

  execFileSync(rung, ["user", "create", "--email", email, "--name", "Bench", "--password-stdin", "--database-url", database], {
    input: password,
  });
  const token = execFileSync(rung, ["token", "create", "--email", email, "--database-url", database], { encoding: "utf8" }).trim();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const options = ["serve", "--addr", `127.0.0.1:${port}`, "--database-url", database];
  const quiet = { RUNG_LOG: "warn" };
  await stop(await startReady(options, base, quiet));

  const server = start(rung, options, quiet);
  const ready = await until(`${base}/readyz`);
  row("ready on an existing database", `${ready.toFixed(0)} ms`, "under 500 ms", ready < 500);

  const org = await api(base, token, "POST", "/organizations", { name: "Bench", profiles: ["H", "A"], size_band: "151+" });
  const assessments = [];
  for (let n = 0; n < 600; n += 1) {
    assessments.push((await api(base, token, "POST", `/organizations/${org.id}/assessments`, { framework: "B7", title: `Bench ${n}` })).id);
  }
  const framework = await api(base, token, "GET", "/frameworks/B7/1.0.0");
  const criteria = framework.domains.flatMap((domain) => domain.criteria.filter((c) => c.profiles.some((p) => "HA".includes(p))).map((c) => c.code));
  const [shown, ...fresh] = assessments;
  for (const code of criteria) await api(base, token, "PUT", `/assessments/${shown}/answers/${code}`, { level: 3, rationale: "Measured.", revision: 0 });

  const cookie = await signIn(base);
  const url = `${base}/orgs/${org.slug}/assessments/${shown}/PAT`;
  const page = await fetch(url, { headers: { cookie } });
  if (!page.ok) throw new Error(`the questionnaire answered ${page.status}`);
  const html = join(folder, "page.html");
  writeFileSync(html, Buffer.from(await page.arrayBuffer()));
  const barePort = await freePort();
  const bare = start(join(target, "release", "examples", "bare"), [html, `127.0.0.1:${barePort}`]);
  await until(`http://127.0.0.1:${barePort}/`);
  const yardstick = wrk(`http://127.0.0.1:${barePort}/`);
  const questionnaire = wrk(url, { headers: [`Cookie: ${cookie}`] });
  await stop(bare);
  const share = (100 * questionnaire.rate) / yardstick.rate;
  row(
    "questionnaire page of one domain",
    `${questionnaire.rate.toFixed(0)}/s, ${share.toFixed(1)} % of a bare route (${yardstick.rate.toFixed(0)}/s)`,
    "at least 5 %",
    share >= 5 && questionnaire.failed === 0,
  );
  row("  its p99 at 32 connections", `${questionnaire.p99.toFixed(1)} ms`, "under 100 ms", questionnaire.p99 < 100);

  const script = join(folder, "answers.lua");
  const paths = fresh.flatMap((id) => criteria.map((code) => `/api/v1/assessments/${id}/answers/${code}`));
  writeFileSync(script, lua(paths, token));
  const saves = wrk(base, { script });
  row(
    "saving one answer, durable on SQLite",
    `${saves.rate.toFixed(0)}/s${saves.failed ? `, ${saves.failed} refused` : ""}`,
    "at least 1,000/s",
    saves.rate >= 1000 && saves.failed === 0,
  );
  row("  its p99 at 32 connections", `${saves.p99.toFixed(1)} ms`, "under 100 ms", saves.p99 < 100);
  const resident = megabytes(server.pid, "VmRSS");
  row("resident after this load", `${resident.toFixed(0)} MB`, "under 80 MB", resident < 80);

  execFileSync(python, [".ci/bench-reconcile.py", "--write", folder]);
  const integration = await api(base, token, "POST", `/organizations/${org.id}/integrations`, { name: "Claims" });
  const claims = { kind: "recon.claims_clinical", parameters: { source: "Bench" } };
  const check = await api(base, token, "POST", `/integrations/${integration.id}/checks`, claims);
  const path = `/orgs/${org.slug}/checks/${check.id}/reconcile`;
  const browserPath = execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  const browser = await reconcileInBrowser({ base, cookie, path, folder, browserPath });
  row("the same in Chromium", `${browser.seconds.toFixed(1)} s`, "under 30 s", browser.seconds < 30);
  row("  its slowest answer to a click", `${browser.slowest.toFixed(0)} ms`, "under 100 ms", browser.slowest < 100);
  await stop(server);
}

async function startReady(options, base, env) {
  const child = start(rung, options, env);
  await until(`${base}/readyz`);
  return child;
}

/** Each request answers another criterion for the first time; the threads share the list out between them. */
const lua = (paths, token) => `
local threads = 0
function setup(thread) thread:set("place", threads); threads = threads + 1 end
local paths = {${paths.map((path) => `"${path}"`).join(",")}}
local next_one
function request()
  next_one = (next_one or place) + 2
  local path = paths[next_one - 1] or "/healthz"
  if path == "/healthz" then return wrk.format("GET", path) end
  return wrk.format("PUT", path, { ["Authorization"] = "Bearer ${token}", ["Content-Type"] = "application/json" },
    '{"level":3,"rationale":"Measured.","revision":0}')
end
`;

try {
  await main();
} finally {
  for (const child of running) child.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
