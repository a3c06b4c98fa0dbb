// The steps that journeys share, in the names that product pages promise to keep.
import type { Locator, Page } from "@playwright/test";

export const owner = {
  name: "Ada Steps",
  email: "ada@example.org",
  password: "ladder petrol hairline 41",
};

/** On an empty installation: the first account, and with it a session. */
export async function signUp(page: Page, account = owner): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name", { exact: true }).fill(account.name);
  await page.getByLabel("E-mail", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function signIn(page: Page, account = owner): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Ends on the organization's overview. */
export async function createOrganization(page: Page, name: string): Promise<void> {
  await page.goto("/orgs/new");
  await page.getByLabel("Organization name", { exact: true }).fill(name);
  await page.getByRole("checkbox", { name: "Hospital", exact: true }).check();
  await page.getByLabel("Size", { exact: true }).selectOption("21-150");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.waitForURL(/\/orgs\/(?!new)[^/]+$/);
}

/** From an organization's overview; ends on the new assessment. */
export async function startAssessment(page: Page, title: string): Promise<void> {
  const start = page.getByRole("main");
  await linkOrButton(start, "Start assessment").first().click();
  const framework = page.getByLabel("Framework", { exact: true });
  const beyond7 = framework.getByRole("option", { name: /Beyond-7/ });
  await framework.selectOption((await beyond7.getAttribute("value")) ?? "B7");
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/assessments\/[^/]+/);
}

/** From any page of an assessment to the questions of one domain. */
export async function openDomain(page: Page, title: RegExp): Promise<void> {
  await page.getByRole("main").getByRole("link", { name: title }).first().click();
  await page.getByRole("region", { name: "Score" }).waitFor();
}

/** On an empty installation: ends on the questions about patients of a new assessment. */
export async function beginAnswering(page: Page): Promise<void> {
  await signUp(page);
  await createOrganization(page, "Birch Street Hospital");
  await startAssessment(page, "Readiness, first look");
  await openDomain(page, /Patient access and patient-contributed data|\bPAT\b/);
}

export function criterion(page: Page, name: string): Locator {
  return page.getByRole("group", { name, exact: true });
}

/** Answers a criterion as a person would: a click saves, or with scripts off the button does. */
export async function answer(group: Locator, level: string, scripts: boolean): Promise<void> {
  const page = group.page();
  await group.getByRole("radio", { name: level, exact: true }).check();
  if (!scripts) await group.getByRole("button", { name: "Save answer" }).click();
  await page.getByRole("status").filter({ hasText: /^\s*Saved/ }).first().waitFor();
}

function linkOrButton(within: Locator, name: string): Locator {
  return within.getByRole("link", { name, exact: true }).or(within.getByRole("button", { name, exact: true }));
}
