// The join, as a newcomer meets it: an endpoint breaks, an answer is capped, a finding says why; mended, both recover.
import { signUp } from "../harness/journey";
import { expectAccessible, expectNoSidewaysScroll, expectWholeCodes, picture } from "../harness/look";
import { demoTest, expect } from "../harness/test";

const overview = "/orgs/alder-regional-hospital";

demoTest("a broken certificate caps an answer and opens a finding, and mending it clears both", async ({ page }) => {
  demoTest.slow();
  await signUp(page);
  await page.goto("/demo");
  const certificate = page.getByRole("row").filter({ hasText: "TLS certificate" });
  await expectAccessible(page);
  await picture(page, "demonstration");

  await certificate.getByRole("button", { name: /^Break/ }).click();
  await expect(certificate).toContainText("Broken");
  await certificate.getByRole("button", { name: /^Run its checks now/ }).click();
  await expect(certificate).toContainText("Fail");

  await page.goto(`${overview}/findings`);
  const finding = page.getByRole("row").filter({ hasText: "PAT-1" }).filter({ hasText: /contradiction/i }).first();
  await expect(finding).toContainText("Claimed 3");
  await finding.getByText("Details").click();
  await expect(finding).toContainText("PAT-1.4");
  await expect(finding).toContainText("30");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await expectWholeCodes(page);
  await picture(page, "findings");
  await page.setViewportSize({ width: 390, height: 900 });
  const [severity, opened] = [finding.locator("td").first(), finding.locator("details")];
  const [facts, details] = [await severity.boundingBox(), await opened.boundingBox()];
  expect(facts?.y, "the facts stand before what was opened").toBeLessThan(details?.y ?? 0);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.goto("/demo");
  await certificate.getByRole("button", { name: /^Mend/ }).click();
  await certificate.getByRole("button", { name: /^Run its checks now/ }).click();
  await expect(certificate).toContainText("Pass");
  await page.goto(`${overview}/findings`);
  const contradicted = page.getByRole("row").filter({ hasText: "PAT-1" }).filter({ hasText: /contradiction/i });
  await expect(contradicted).toHaveCount(0);
  await page.getByRole("link", { name: /cleared, each with its history/ }).click();
  await expect(contradicted).toHaveCount(1);
});

demoTest("every page of an organization is accessible, fits every width and names the disclaimer", async ({ page }) => {
  // Some twenty pages, each looked at in two colour schemes and five forms.
  demoTest.setTimeout(900_000);
  await signUp(page);
  await page.goto(`${overview}/assessment`);
  const assessment = new URL(page.url()).pathname;
  await page.goto(`${overview}/integrations`);
  const integration = await page.getByRole("link", { name: "Patient API gateway" }).first().getAttribute("href");
  await page.goto(integration ?? "");
  const check = await page.getByRole("main").locator('a[href*="/checks/"]').first().getAttribute("href");

  const pages = {
    overview,
    assessment,
    questionnaire: `${assessment}/EVT`,
    roadmap: `${assessment}/roadmap?target=8.2`,
    actions: `${overview}/actions`,
    trend: `${overview}/trend`,
    peers: `${overview}/peers`,
    report: `${assessment}/report`,
    shares: `${assessment}/shares`,
    evidence: `${overview}/evidence`,
    review: `${assessment}/review`,
    "review-domain": `${assessment}/review/EVT`,
    history: `${assessment}/history`,
    integrations: `${overview}/integrations`,
    integration: integration ?? "",
    "add-check": `${integration}/checks/new?kind=tls.certificate`,
    check: check ?? "",
    registers: `${overview}/registers`,
    "register-of-incidents": `${overview}/registers/incidents`,
    "register-of-measures": `${overview}/registers/measure-validations`,
    "register-of-consent-tests": `${overview}/registers/consent-tests`,
    members: `${overview}/members`,
    settings: "/settings",
    frameworks: "/frameworks",
    framework: "/frameworks/B7/1.0.0",
    methods: "/frameworks/B7/1.0.0/methods",
    organizations: "/",
    portfolio: "/portfolio",
    "new-organization": "/orgs/new",
  };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveCount(1);
    await expect(page.locator("body"), path).toContainText("not a HIMSS stage, certification or endorsement");
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await expectWholeCodes(page);
    await picture(page, name);
  }
});

demoTest("a printed questionnaire keeps a criterion's head, question and levels on one page", async ({ page }) => {
  await signUp(page);
  await page.goto(`${overview}/assessment`);
  await page.goto(`${page.url()}/NET`);
  await page.emulateMedia({ media: "print" });
  const breaks = await page.locator(".crit").evaluateAll((criteria) =>
    criteria.map((criterion) => {
      const style = (selector: string) => getComputedStyle(criterion.querySelector(selector) ?? criterion);
      const places = [...criterion.querySelectorAll(".crit-body > :empty, .crit-body fieldset > :empty")];
      return [
        style(".crit-head").breakAfter,
        style(".crit-body > [data-answer]").breakBefore,
        style(".crit-q").breakInside,
        style(".crit-q + fieldset").breakBefore,
        style(".anchors").breakInside,
        // An empty box between two of them would be a place for the page to end.
        String(places.every((place) => getComputedStyle(place).display === "none")),
      ];
    }),
  );
  expect(breaks.length).toBeGreaterThan(3);
  for (const kept of breaks) expect(kept).toEqual(["avoid", "avoid", "avoid", "avoid", "avoid", "true"]);
});
