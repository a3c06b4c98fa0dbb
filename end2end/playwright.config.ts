// Journeys in a real browser against the real binary: target/release/rung, or what RUNG_BINARY names.
// Every journey runs twice: with scripts, and as plain HTML with scripts off.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig, devices } from "@playwright/test";

/** The machine's own Chromium; the tests never download a browser. */
function chromium(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: look on.
    }
  }
  throw new Error("no Chromium on PATH: run `make test`, or install the package chromium");
}

const use = {
  ...devices["Desktop Chrome"],
  viewport: { width: 1280, height: 900 },
  locale: "en-GB",
  timezoneId: "Europe/Berlin",
  // A colour that is on its way to another one has the contrast of neither.
  contextOptions: { reducedMotion: "reduce" as const },
  trace: "retain-on-failure" as const,
  screenshot: "only-on-failure" as const,
  launchOptions: {
    executablePath: chromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  testDir: "tests",
  outputDir: "results/artifacts",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
  projects: [
    { name: "scripts on", use },
    { name: "scripts off", use: { ...use, javaScriptEnabled: false } },
  ],
});
