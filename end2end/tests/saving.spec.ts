// What somebody typed and nothing has taken yet: it stays on the page, and the page is not left without a question.
import { type Dialog, type Locator, type Page } from "@playwright/test";
import { answer, beginAnswering, criterion, openDomain, owner } from "../harness/journey";
import { expectAccessible, picture } from "../harness/look";
import { expect, test } from "../harness/test";

const patientApi = "PAT-1 Standards-based patient access API in production";

const next = (page: Page) => page.getByRole("main").getByRole("link", { name: /^Next:/ });
const rationale = (group: Locator) => group.getByLabel("Rationale", { exact: true });
const level = (group: Locator, name: string) => group.getByRole("radio", { name, exact: true });

/** The browser asks before it follows the link to the next domain; staying keeps the page. */
async function askedAndStayed(page: Page): Promise<void> {
  const here = page.url();
  const question = page.waitForEvent("dialog");
  const click = next(page).click();
  const dialog = await question;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await click;
  expect(page.url()).toBe(here);
}

/** Nothing is left to lose: the link is followed, and no question asked. */
async function leave(page: Page): Promise<void> {
  const questions: string[] = [];
  const heard = (dialog: Dialog) => {
    questions.push(dialog.type());
    void dialog.accept();
  };
  page.on("dialog", heard);
  const here = page.url();
  await next(page).click();
  await page.waitForURL((url) => url.href !== here);
  page.off("dialog", heard);
  expect(questions).toEqual([]);
}

test.describe("with scripts on", () => {
  test.skip(({ scripts }) => !scripts, "without scripts an answer is sent by its button, and its page is the answer");

  test("a rationale that is too long holds the link that was on its way, and stays", async ({ page, scripts }) => {
    await beginAnswering(page);
    const group = criterion(page, patientApi);
    await answer(group, "3 Operational", scripts);
    const long = "Live since May. ".repeat(1300);
    await rationale(group).fill(long);
    await next(page).click();
    await expect(group).toContainText("Use at most 20,000 characters for the rationale");
    await expect(rationale(group)).toHaveAttribute("aria-invalid", "true");
    await expect(group.getByRole("status")).toContainText("Not saved");
    await askedAndStayed(page);
    await expect(rationale(group)).toHaveValue(long);
    await expectAccessible(page);

    await rationale(group).fill("Live since May.");
    await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
    await expect(rationale(group)).not.toHaveAttribute("aria-invalid", "true");
    await leave(page);
  });

  test("an answer that met a colleague's waits for the choice", async ({ page, context, scripts }) => {
    await beginAnswering(page);
    const second = await context.newPage();
    await second.goto(page.url());
    await answer(criterion(page, patientApi), "1 Ad hoc", scripts);
    const theirs = criterion(second, patientApi);
    await level(theirs, "3 Operational").check();
    const both = theirs.getByRole("alert").filter({ hasText: "Two people answered PAT-1 at the same time" });
    await expect(both).toContainText("3 Operational");
    await askedAndStayed(second);
    await expect(level(theirs, "3 Operational")).toBeChecked();

    await both.getByRole("button", { name: "Keep what is on file" }).click();
    await expect(level(theirs, "1 Ad hoc")).toBeChecked();
    await leave(second);
  });

  test("a rationale without a level is not saved, and says so", async ({ page }) => {
    await beginAnswering(page);
    const group = criterion(page, patientApi);
    await rationale(group).fill("Live since May.");
    await expect(group.getByRole("status")).toContainText("Not saved: choose a level first");
    await askedAndStayed(page);
    await expect(rationale(group)).toHaveValue("Live since May.");

    await level(group, "3 Operational").check();
    await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
    const questions = page.url();
    await leave(page);
    await page.goto(questions);
    await expect(rationale(criterion(page, patientApi))).toHaveValue("Live since May.");
  });

  test("a database that does not answer is asked again by itself, and nothing typed is lost", async ({
    page,
    complaints,
  }) => {
    complaints.allowStatus(503);
    await beginAnswering(page);
    const group = criterion(page, patientApi);
    const status = group.getByRole("status");
    let away = true;
    let tries = 0;
    await page.route("**/api/ui/save_answer", async (route) => {
      tries += 1;
      if (!away) return route.continue();
      await route.fulfill({
        status: 503,
        headers: { "retry-after": "10" },
        contentType: "application/json",
        // Long enough for what is done between two tries.
        body: JSON.stringify({ Later: { seconds: 10 } }),
      });
    });
    await level(group, "3 Operational").check();
    await expect(status).toContainText("Not saved: the database does not answer. It is tried again in 10 seconds.");
    const before = tries;
    await rationale(group).fill("Live since May.");
    await expect.poll(() => tries).toBeGreaterThan(before);
    await expect(status).toContainText("Not saved: the database does not answer");
    // A link sends what was typed once more, and is not followed where that is not taken.
    const sent = tries;
    await next(page).click();
    await expect.poll(() => tries).toBeGreaterThan(sent);
    await expect(status).toContainText("Not saved: the database does not answer");
    await askedAndStayed(page);
    await expectAccessible(page);

    away = false;
    await expect(status).toContainText(/^\s*Saved/, { timeout: 30_000 });
    const questions = page.url();
    await leave(page);
    await page.goto(questions);
    await expect(level(criterion(page, patientApi), "3 Operational")).toBeChecked();
    await expect(rationale(criterion(page, patientApi))).toHaveValue("Live since May.");
  });

  test("going back shows what was saved, not what was loaded", async ({ page }) => {
    await beginAnswering(page);
    await page.getByRole("navigation").getByRole("link", { name: "Overview", exact: true }).click();
    const overview = page.url();
    const shown = page.getByRole("main");
    const before = await shown.innerText();
    await page.getByRole("navigation").getByRole("link", { name: "Assessment", exact: true }).click();
    await openDomain(page, /Patient access and patient-contributed data|\bPAT\b/);
    const questions = page.url();
    const group = criterion(page, patientApi);
    await answer(group, "3 Operational", true);
    await rationale(group).fill("Live since May.");
    await expect(page.getByRole("status").filter({ hasText: /^\s*Saved/ }).first()).toBeVisible();
    await expect(group).toContainText("Claimed 3");
    await leave(page);
    await page.goBack();
    await expect(page).toHaveURL(questions);
    await expect(level(group, "3 Operational")).toBeChecked();
    await expect(group).toContainText("Claimed 3");
    await expect(rationale(group)).toHaveValue("Live since May.");
    // The page before that shows what follows from the answer.
    while (page.url() !== overview) await page.goBack();
    await expect(shown).not.toHaveText(before, { useInnerText: true });
  });

  test("not applicable waits for its reason", async ({ page }) => {
    await beginAnswering(page);
    const group = criterion(page, patientApi);
    await level(group, "Not applicable").check();
    await expect(group.getByRole("status")).toContainText("Not saved yet: give the reason");
    await askedAndStayed(page);

    await group.getByLabel("Reason", { exact: true }).fill("No patient portal of our own.");
    await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
    await page.reload();
    await expect(level(criterion(page, patientApi), "Not applicable")).toBeChecked();
    await expect(criterion(page, patientApi).getByLabel("Reason", { exact: true })).toHaveValue(
      "No patient portal of our own.",
    );
  });
});

test("a session that ends in the middle of an answer costs nothing that was typed", async ({
  page,
  context,
  scripts,
  complaints,
}) => {
  complaints.allowStatus(401);
  await beginAnswering(page);
  const group = criterion(page, patientApi);
  await context.clearCookies();
  await rationale(group).fill("Live since May.");
  await level(group, "3 Operational").check();

  if (scripts) {
    const ended = group.getByRole("alert").filter({ hasText: "You are signed out" });
    await expect(ended).toBeVisible();
    await askedAndStayed(page);
    await expectAccessible(page);
    await picture(page, "signed-out-while-answering");
    const opened = context.waitForEvent("page");
    await ended.getByRole("link", { name: "Sign in in a new tab" }).click();
    const door = await opened;
    await signInHere(door);
    await door.close();
    await expect(rationale(group)).toHaveValue("Live since May.");
    await ended.getByRole("button", { name: "Try again" }).click();
    await expect(ended).toHaveCount(0);
  } else {
    await group.getByRole("button", { name: "Save answer" }).click();
    await signInHere(page);
  }

  await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
  await page.reload();
  await expect(level(group, "3 Operational")).toBeChecked();
  await expect(rationale(group)).toHaveValue("Live since May.");
});

test("with scripts off one button saves all that was answered on the page", async ({ page, scripts, complaints }) => {
  test.skip(scripts, "each answer is saved as it is given");
  complaints.allowStatus(422);
  await beginAnswering(page);
  const [first, second] = await page.getByRole("group", { name: /^PAT-[12] / }).all();
  if (!first || !second) throw new Error("the domain asks two criteria");
  await level(first, "3 Operational").check();
  await rationale(first).fill("Live since May.");
  await level(second, "2 Defined").check();
  await picture(page, "answered-by-hand");
  await second.getByRole("button", { name: "Save answer" }).click();
  await expect(first.getByRole("status")).toContainText(/^\s*Saved/);
  await expect(second.getByRole("status")).toContainText(/^\s*Saved/);
  await expect(second).toBeInViewport();
  await expect(rationale(first)).toHaveValue("Live since May.");
  await expect(level(first, "3 Operational")).toBeChecked();
  await expectAccessible(page);

  // What is not taken stays where it was typed, and whoever pressed elsewhere is led to it.
  await level(first, "Not applicable").check();
  await level(second, "3 Operational").check();
  await second.getByRole("button", { name: "Save answer" }).click();
  await expect(second.getByRole("status")).toContainText(/^\s*Saved/);
  await second.getByRole("alert").getByRole("link", { name: "PAT-1" }).click();
  await expect(first).toBeInViewport();
  await expect(first).toContainText("Say why this criterion does not apply");
  await expectAccessible(page);
});

/** On the form that the page shows, wherever it leads. */
async function signInHere(page: Page): Promise<void> {
  await page.getByLabel("E-mail", { exact: true }).fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}
