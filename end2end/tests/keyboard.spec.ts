// From nothing to a first answer with Tab, Space and Enter alone.
import { type Locator, type Page } from "@playwright/test";
import { beginAnswering, criterion, owner } from "../harness/journey";
import { expect, test } from "../harness/test";

/** More stops than any of these pages has before its content ends. */
const most = 60;

/** Tabs from wherever the focus is until it is there, and has a mark that can be seen. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  for (let pressed = 0; pressed < most; pressed += 1) {
    await page.keyboard.press("Tab");
    if ((await target.and(page.locator(":focus-visible")).count()) > 0) return;
  }
  throw new Error(`${most} times Tab do not lead to ${target}`);
}

async function press(target: Locator, key: "Enter" | "Space"): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.press(key);
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

test("the keyboard alone leads from the first account to a saved answer", async ({ page, scripts }) => {
  test.slow();
  await page.goto("/");
  await type(page, "Name", owner.name);
  await type(page, "E-mail", owner.email);
  await type(page, "Password", owner.password);
  await press(page.getByRole("button", { name: "Create account" }), "Enter");

  await press(page.getByRole("link", { name: "Add your organization" }), "Enter");
  await type(page, "Organization name", "Birch Street Hospital");
  await press(page.getByRole("checkbox", { name: "Hospital", exact: true }), "Space");
  // In a list, what is typed chooses.
  await type(page, "Size", "21 to");
  await press(page.getByRole("button", { name: "Create organization" }), "Enter");

  await press(page.getByRole("main").getByRole("link", { name: "Start assessment" }), "Enter");
  await type(page, "Framework", "B7");
  await press(page.getByRole("button", { name: "Start", exact: true }), "Enter");
  await press(page.getByRole("link", { name: /^Begin with/ }), "Enter");

  // The link that leads past the header is the first stop of a page.
  await page.getByRole("region", { name: "Score" }).waitFor();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  const group = page.getByRole("main").getByRole("group").filter({ has: page.getByRole("radio") }).first();
  const level = group.getByRole("radio").first();
  await press(level, "Space");
  if (!scripts) await press(group.getByRole("button", { name: "Save answer" }), "Enter");
  await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
  await page.reload();
  await expect(level).toBeChecked();
});

test("arrow keys go through the levels, and only where they stop is saved", async ({ page, scripts }) => {
  test.skip(!scripts, "without scripts an answer is sent by its button");
  await beginAnswering(page);
  const group = criterion(page, "PAT-1 Standards-based patient access API in production");
  await group.getByRole("radio", { name: "0 Absent", exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(group.getByRole("status")).toContainText(/^\s*Saved/);
  for (let pressed = 0; pressed < 3; pressed += 1) await page.keyboard.press("ArrowDown");
  await expect(group.getByRole("radio", { name: "3 Operational", exact: true })).toBeChecked();
  // A link away waits until it is saved.
  await group.getByRole("link", { name: /^History/ }).click();
  await expect(page.getByRole("main")).toContainText("2 answers, the latest first");
  await expect(page.getByRole("main")).toContainText("3 Operational");
});
