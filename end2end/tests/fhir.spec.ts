// The FHIR resources in a renderer that others wrote: LHC-Forms of the U.S. National Library of Medicine shows a
// framework's Questionnaire as a form, fills it from the answers, and reads them back the same.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, normalize } from "node:path";
import { answer, createOrganization, criterion, openDomain, signUp, startAssessment } from "../harness/journey";
import { picture } from "../harness/look";
import { expect, test } from "../harness/test";

const built = join(process.env.RUNG_CACHE ?? join(homedir(), ".cache/rung"), "lforms/package/dist/lforms");
const site = "http://lforms.invalid";
const scripts = ["assets/lib/zone.min.js", "runtime.js", "polyfills.js", "main.js"];
const form = `<!doctype html><html lang="en"><meta charset="utf-8"><title>LHC-Forms</title>
  <link rel="stylesheet" href="/webcomponent/styles.css"><link rel="icon" href="data:,"><main id="form"></main>
  ${scripts.map((name) => `<script src="/webcomponent/${name}"></script>`).join("")}
  <script src="/fhir/R4/lformsFHIR.min.js"></script></html>`;

interface Item {
  linkId: string;
  item?: Item[];
  answer?: { valueCoding?: { code: string }; valueString?: string; item?: Item[] }[];
}

interface Renderer {
  Util: {
    convertFHIRQuestionnaireToLForms(questionnaire: object, version: string): object;
    mergeFHIRDataIntoLForms(response: object, form: object, version: string): object;
    addFormToPage(form: object, at: string): Promise<void>;
    getFormFHIRData(type: string, version: string, at: string): { item?: Item[] };
  };
}

/** Every answer below, by the question's link. */
function answers(items: Item[] = []): [string, string][] {
  return items.flatMap(({ linkId, item, answer }) => [
    ...(answer ?? []).map((one): [string, string] => [linkId, one.valueCoding?.code ?? one.valueString ?? ""]),
    ...answers(item),
    ...(answer ?? []).flatMap((one) => answers(one.item)),
  ]);
}

test("a renderer of forms shows the questionnaire with the answers in it", async ({ page, context, scripts: on }) => {
  test.skip(!on, "the renderer is a script");
  test.slow();
  expect(existsSync(built), `${built}: run .ci/setup test`).toBe(true);
  await signUp(page);
  await createOrganization(page, "Birch Clinics");
  await startAssessment(page, "Forms");
  const assessment = new URL(page.url()).pathname.split("/")[4] ?? "";
  await openDomain(page, /^PAT\b/);
  const group = criterion(page, "PAT-1 Standards-based patient access API in production");
  await group.getByLabel("Rationale", { exact: true }).fill("In production since May");
  await answer(group, "3 Operational", on);

  await page.goto("/settings");
  await page.getByLabel("Token name", { exact: true }).fill("Forms");
  await page.getByRole("button", { name: "Create token" }).click();
  const token = (await page.locator("pre code").textContent()) ?? "";
  const questionnaire = await (await page.request.get("/fhir/R4/Questionnaire/B7-1.0.0")).json();
  const headers = { authorization: `Bearer ${token.trim()}` };
  const response = await (await page.request.get(`/fhir/R4/QuestionnaireResponse/${assessment}`, { headers })).json();
  expect(answers(response.item)).toContainEqual(["PAT-1", "3"]);

  // The renderer's files come from its package, under an address that nobody has.
  await context.route(`${site}/**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    return path === "/" ? route.fulfill({ contentType: "text/html", body: form }) : route.fulfill({ path: join(built, normalize(path)) });
  });
  await page.goto(site);
  await page.waitForFunction(() => "FHIR" in ((window as unknown as { LForms?: object }).LForms ?? {}));
  await page.evaluate(
    async ([asked, given]) => {
      const { Util } = (window as unknown as { LForms: Renderer }).LForms;
      const drawn = Util.convertFHIRQuestionnaireToLForms(asked, "R4");
      await Util.addFormToPage(Util.mergeFHIRDataIntoLForms(given, drawn, "R4"), "form");
    },
    [questionnaire, response] as const,
  );

  const drawn = page.locator("#form");
  await expect(drawn).toContainText(questionnaire.title);
  await expect(drawn).toContainText("not a HIMSS stage");
  for (const domain of questionnaire.item.filter((item: Item) => item.item)) {
    await expect(drawn).toContainText(domain.text);
  }
  await expect(drawn.getByRole("radio", { checked: true })).toHaveCount(1);
  const back = await page.evaluate(
    () => (window as unknown as { LForms: Renderer }).LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4", "#form"),
  );
  expect(answers(back.item).sort()).toEqual(answers(response.item).sort());
  await picture(page, "lforms");
});
