// Reconciling a million rows a side in Chromium: how long it takes, and how soon the page answers a click meanwhile.
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../end2end/package.json", import.meta.url))("@playwright/test");

/** Seconds, and the milliseconds from the slowest click to the frame that shows its effect. */
export async function reconcileInBrowser({ base, cookie, path, folder, browserPath }) {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const cookies = cookie.split("; ").map((pair) => pair.split("="));
    await context.addCookies(cookies.map(([name, ...value]) => ({ name, value: value.join("="), url: base })));
    const page = await context.newPage();
    await page.goto(base + path);
    await page.getByLabel("Clinical file").setInputFiles(join(folder, "clinical.csv"));
    await page.getByLabel("Claims file").setInputFiles(join(folder, "claims.csv"));
    const uses = { patient_id: "key", encounter_id: "key", service_date: "days", charge: "cents", diagnosis: "exact" };
    for (const [column, use] of Object.entries(uses)) await page.getByLabel(`Use of ${column}`).selectOption(use);
    await page.evaluate(() => {
      window.slowest = 0;
      const seen = (event) =>
        requestAnimationFrame(() => {
          window.slowest = Math.max(window.slowest, performance.now() - event.timeStamp);
        });
      document.querySelector("h1").addEventListener("click", seen);
    });
    const begun = performance.now();
    await page.getByRole("button", { name: "Reconcile", exact: true }).click();
    const done = page.getByText("Done. What would be sent stands below").waitFor({ timeout: 120_000 });
    let clicks = 0;
    let working = true;
    done.finally(() => (working = false)).catch(() => {});
    while (working) {
      await page.locator("h1").click();
      clicks += 1;
      await new Promise((next) => setTimeout(next, 50));
    }
    await done;
    const seconds = (performance.now() - begun) / 1000;
    const aggregate = JSON.parse(await page.getByLabel("What came out").inputValue());
    if (aggregate.matched === 0 || clicks === 0) throw new Error(`nothing was measured: ${JSON.stringify(aggregate)}`);
    return { seconds, slowest: await page.evaluate(() => window.slowest), clicks };
  } finally {
    await browser.close();
  }
}
