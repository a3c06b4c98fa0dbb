// Two people at one assessment: owners, comments, earlier answers; and what each sees of the other as it happens.
import { type Browser, type Page } from "@playwright/test";
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
import type { Server } from "../harness/server";
import { type Complaints, expect, test } from "../harness/test";

const bo = { name: "Bo Rails", email: "bo@example.org", password: "hairline lantern petrol 52" };
const patientApi = "PAT-1 Standards-based patient access API in production";
const patients = /Patient access and patient-contributed data|\bPAT\b/;

/** Ends with the owner on the questions of a domain; gives their address. */
async function begun(page: Page, rung: Server): Promise<string> {
  await signUp(page);
  await rung.addAccount(bo);
  await createOrganization(page, "Birch Street Hospital");
  const organization = new URL(page.url()).pathname;
  await page.goto(`${organization}/members`);
  await page.getByLabel("E-mail", { exact: true }).fill(bo.email);
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByRole("row").filter({ hasText: bo.name })).toBeVisible();
  await page.goto(organization);
  await startAssessment(page, "Readiness, together");
  await openDomain(page, patients);
  return new URL(page.url()).pathname;
}

/** The colleague's own browser, on the same page. */
async function colleague(browser: Browser, rung: Server, path: string, scripts: boolean, complaints: Complaints) {
  const context = await browser.newContext({ baseURL: rung.url, javaScriptEnabled: scripts });
  const page = await context.newPage();
  complaints.watch(page);
  await signIn(page, bo);
  await page.goto(path);
  return page;
}

test("a criterion is given to somebody, talked over, answered, and an answer undone", async ({
  page,
  rung,
  browser,
  scripts,
  complaints,
}) => {
  test.slow();
  const questions = await begun(page, rung);
  const main = page.getByRole("main");
  await page.goto(questions.replace(/\/[^/]+$/, "/owners"));
  await main.getByText("Set owner of PAT").click();
  const row = main.getByRole("row").filter({ hasText: "Set owner of PAT" });
  await row.getByLabel("Owner").selectOption({ label: `${bo.name}, contributor` });
  await row.getByLabel(/^Due/).fill("2020-01-31");
  await row.getByRole("button", { name: "Save owner of PAT" }).click();
  await expect(row).toContainText(`${bo.name}, due 31 Jan 2020`);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "owners");

  const theirs = await colleague(browser, rung, questions, scripts, complaints);
  await expect(criterion(theirs, patientApi)).toContainText("Overdue since 31 Jan 2020");
  await theirs.goto(questions.replace(/\/[^/]+$/, ""));
  await theirs.getByRole("main").getByRole("link", { name: /^Mine/ }).click();
  await expect(theirs.getByRole("row").filter({ hasText: "PAT-1" })).toContainText("Overdue");
  await expectAccessible(theirs);
  await expectNoSidewaysScroll(theirs);
  await picture(theirs, "mine");

  await theirs.goto(questions);
  const group = criterion(theirs, patientApi);
  await answer(group, "1 Ad hoc", scripts);
  await answer(group, "3 Operational", scripts);
  await expect(group).not.toContainText("Overdue");
  await group.getByRole("link", { name: "Comments on PAT-1" }).click();
  const about = theirs.getByRole("main");
  await about.getByLabel("New comment").fill("The vendor confirmed\n14 resources.");
  await about.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(about).toContainText("14 resources.");
  const [change, withdraw] = [about.getByText("Change", { exact: true }), about.getByRole("button", { name: /^Withdraw of/ })];
  for (const width of [390, 1280]) {
    await theirs.setViewportSize({ width, height: 900 });
    const [first, second] = [await change.boundingBox(), await withdraw.boundingBox()];
    expect(Math.abs((first?.y ?? 0) - (second?.y ?? 99)), `one line of controls at ${width} px`).toBeLessThan(8);
  }
  await about.getByRole("button", { name: "Undo: back to revision 1" }).click();
  await expect(about.getByRole("row").filter({ hasText: "on file" })).toContainText("1 Ad hoc");
  await expectAccessible(theirs);
  await expectNoSidewaysScroll(theirs);

  await page.goto(questions);
  await criterion(page, patientApi).getByRole("link", { name: "1 comment, open on PAT-1" }).click();
  await main.getByText(`Answer ${bo.name}`).click();
  await main.getByLabel("Your answer").fill("15 by now.");
  await main.getByRole("button", { name: "Answer", exact: true }).click();
  await main.getByRole("button", { name: /^Settle thread/ }).click();
  await expect(main).toContainText(`Settled by ${owner.name}`);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "about-a-criterion");
  await theirs.context().close();
});

test("what a colleague answers is told at once, and shown only when asked for", async ({
  page,
  rung,
  browser,
  scripts,
  complaints,
}) => {
  test.skip(!scripts, "without scripts a page shows what others answered when it is loaded again");
  test.slow();
  complaints.allowStatus(409);
  const questions = await begun(page, rung);
  const theirs = await colleague(browser, rung, questions, scripts, complaints);
  const group = criterion(page, patientApi);
  const score = page.getByRole("region", { name: "Score" });
  const before = await score.innerText();

  await answer(criterion(theirs, patientApi), "3 Operational", scripts);
  const news = page.getByRole("status").filter({ hasText: `${bo.name} answered PAT-1: 3 Operational` });
  await expect(news).toBeVisible();
  await expect(score).not.toHaveText(before, { useInnerText: true });
  const offer = group.getByRole("button", { name: /^Show it/ });
  await expect(offer).toBeVisible();
  const level = (name: string) => group.getByRole("radio", { name, exact: true });
  await expect(level("3 Operational")).not.toBeChecked();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "offered-answer");
  await offer.click();
  await expect(level("3 Operational")).toBeChecked();
  await expect(group).toContainText("Claimed 3, counts 2");
  await expect(offer).toHaveCount(0);
  // Going on from there is no conflict.
  await answer(group, "2 Defined", scripts);
  await expect(theirs.getByRole("status").filter({ hasText: `${owner.name} answered PAT-1: 2 Defined` })).toBeVisible();

  // So is a withdrawal, which can be shown like an answer.
  await theirs.getByRole("group", { name: /^PAT-1 / }).getByRole("link", { name: "Comments on PAT-1" }).click();
  await theirs.getByRole("button", { name: "Withdraw the answer" }).click();
  await expect(page.getByRole("status").filter({ hasText: `${bo.name} withdrew the answer to PAT-1` })).toBeVisible();
  await expect(level("2 Defined")).toBeChecked();
  await offer.click();
  await expect(level("2 Defined")).not.toBeChecked();
  await expect(group).not.toContainText("Claimed 2");
  await theirs.goto(questions);

  // What somebody is typing stays, and both are there to choose from.
  const second = /^PAT-2 /;
  const typing = page.getByRole("group", { name: second });
  await typing.getByLabel("Rationale").fill("Not sure yet");
  await answer(theirs.getByRole("group", { name: second }), "4 Assured", scripts);
  await expect(typing).toContainText("What you entered is still here");
  await expect(typing.getByLabel("Rationale")).toHaveValue("Not sure yet");
  await typing.getByRole("radio", { name: "1 Ad hoc", exact: true }).check();
  const both = typing.getByRole("alert").filter({ hasText: "Two people answered PAT-2 at the same time" });
  await expect(both).toContainText("4 Assured");
  await both.getByRole("button", { name: "Keep what is on file" }).click();
  await expect(typing.getByRole("radio", { name: "4 Assured", exact: true })).toBeChecked();

  // Whoever signs out hears no more.
  await page.getByRole("button", { name: "Sign out" }).click();
  await theirs.context().close();
});
