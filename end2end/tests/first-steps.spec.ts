// From nothing to the first score: the main journey of a newcomer.
import {
  answer,
  createOrganization,
  criterion,
  openDomain,
  owner,
  signIn,
  signUp,
  startAssessment,
} from "../harness/journey";
import { expectAccessible, expectNoSidewaysScroll, picture } from "../harness/look";
import { expect, test } from "../harness/test";

const patientApi = "PAT-1 Standards-based patient access API in production";

test("an empty installation opens on the form for the first account", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Create account" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "sign-up");
});

test("a newcomer answers a first criterion and sees the score", async ({ page, scripts }) => {
  test.slow();
  await signUp(page);
  await createOrganization(page, "Birch Street Hospital");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Birch Street Hospital");
  await expectAccessible(page);
  await picture(page, "organization");

  await startAssessment(page, "Readiness, first look");
  await openDomain(page, /Patient access and patient-contributed data|\bPAT\b/);
  const group = criterion(page, patientApi);
  const score = page.getByRole("region", { name: "Score" });
  await expect(page.getByRole("region", { name: "Domains" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("not a HIMSS stage, certification or endorsement");
  const unanswered = await score.innerText();

  await answer(group, "3 Operational", scripts);
  await expect(score).not.toHaveText(unanswered, { useInnerText: true });
  await expect(score).toContainText(/claimed/i);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "questionnaire");

  await page.reload();
  await expect(criterion(page, patientApi).getByRole("radio", { name: "3 Operational", exact: true })).toBeChecked();
});

test("two answers at once are both shown, and none is overwritten before somebody chooses", async ({
  page,
  context,
  scripts,
  complaints,
}) => {
  test.slow();
  complaints.allowStatus(409);
  await signUp(page);
  await createOrganization(page, "Birch Street Hospital");
  await startAssessment(page, "Readiness, first look");
  await openDomain(page, /Patient access and patient-contributed data|\bPAT\b/);
  const second = await context.newPage();
  await second.goto(page.url());
  await answer(criterion(page, patientApi), "1 Ad hoc", scripts);

  const theirs = criterion(second, patientApi);
  const both = theirs.getByRole("alert").filter({ hasText: "Two people answered PAT-1 at the same time" });
  for (const level of ["3 Operational", "4 Assured"]) {
    // Going on without a choice asks again.
    await theirs.getByRole("radio", { name: level, exact: true }).check();
    if (!scripts) await theirs.getByRole("button", { name: "Save answer" }).click();
    await expect(both).toContainText("1 Ad hoc");
    await expect(both).toContainText(level);
  }
  await page.reload();
  const chosen = (level: string) => criterion(page, patientApi).getByRole("radio", { name: level, exact: true });
  await expect(chosen("1 Ad hoc")).toBeChecked();

  await both.getByRole("button", { name: /^Use mine/ }).click();
  await expect(both).toHaveCount(0);
  await expect(theirs.getByRole("status")).toContainText("Saved");
  await page.reload();
  await expect(chosen("4 Assured")).toBeChecked();
});

test("after signing out the pages are closed, and signing in opens them again", async ({ page }) => {
  await signUp(page);
  await createOrganization(page, "Birch Street Hospital");
  const overview = page.url();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "detached" });

  await page.goBack();
  await expect(page.getByText("Birch Street Hospital")).toHaveCount(0);
  await page.goto(overview);
  await expect(page.getByText("Birch Street Hospital")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();

  await signIn(page);
  await page.goto(overview);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Birch Street Hospital");
});

test("on a phone a button opens the links of the header, and the keyboard closes them", async ({ page }) => {
  await signUp(page);
  await page.setViewportSize({ width: 390, height: 844 });
  const menu = page.getByRole("button", { name: "Menu" });
  const places = page.getByRole("navigation", { name: "Rung" });
  await expect(places).toBeHidden();
  await menu.click();
  await expect(places.getByRole("button", { name: "Sign out" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(places).toBeHidden();
  await menu.click();
  await places.getByRole("link", { name: "Frameworks" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Frameworks");
});

test("a weak password is refused at its field, and what was typed stays", async ({ page, complaints }) => {
  complaints.allowStatus(422);
  await page.goto("/sign-up");
  await page.getByLabel("Name", { exact: true }).fill(owner.name);
  await page.getByLabel("E-mail", { exact: true }).fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill("passwordpassword");
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/\S/);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(owner.name);
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(owner.email);
  await expectAccessible(page);
});
