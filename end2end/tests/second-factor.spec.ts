// The second factor of an account: set up, asked for at sign-in, done without the authenticator, turned off.
import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { owner, signUp } from "../harness/journey";
import { expectAccessible, expectNoSidewaysScroll, picture } from "../harness/look";
import { expect, test } from "../harness/test";

const period = 30_000;
const presentStep = () => Math.floor(Date.now() / period);

/** The code of a step, as an authenticator computes it (RFC 6238). */
function code(base32: string, step: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...base32].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const offset = hash[19]! & 0xf;
  return ((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).toString().padStart(6, "0");
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

async function givePassword(page: Page): Promise<void> {
  await page.getByLabel("E-mail", { exact: true }).fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Second step" })).toBeVisible();
}

async function enter(page: Page, typed: string): Promise<void> {
  await page.getByLabel("Code", { exact: true }).fill(typed);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a second factor is set up, asked for at sign-in and turned off", async ({ page, complaints }) => {
  test.slow();
  complaints.allowStatus(401);
  complaints.allowStatus(422);
  await signUp(page);
  await page.goto("/settings");
  const section = page.getByRole("region", { name: "Second factor" });
  await section.getByRole("button", { name: "Set up a second factor" }).click();

  await expect(section.getByRole("img", { name: /^QR code/ })).toBeVisible();
  const secret = (await section.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).innerText()).replaceAll(" ", "");
  await expect(section.getByRole("link", { name: /authenticator/ })).toHaveAttribute(
    "href",
    `otpauth://totp/Rung:ada%40example.org?secret=${secret}&issuer=Rung`,
  );
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "second-factor-set-up");

  const step = presentStep();
  await section.getByLabel("Code", { exact: true }).fill("12345");
  await section.getByRole("button", { name: "Turn on" }).click();
  await expect(section.getByLabel("Code", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await section.getByLabel("Code", { exact: true }).fill(code(secret, step));
  await section.getByRole("button", { name: "Turn on" }).click();
  const told = page.getByRole("alert").filter({ hasText: "Your second factor is on" });
  const recovery = (await told.locator("code").innerText()).trim().split("\n");
  expect(recovery).toHaveLength(8);
  await expect(section).toContainText("8 of 8 left");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "second-factor-on");

  // Reloading the page sends no form again, and shows no code again.
  await page.reload();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(section).toContainText("8 of 8 left");

  // The password alone opens nothing, and a code is good once.
  await signOut(page);
  await page.goto("/settings");
  await givePassword(page);
  await expect(page.getByRole("button", { name: "Sign out" })).toHaveCount(0);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "second-step");
  await enter(page, code(secret, step));
  await expect(page.getByRole("alert")).toContainText("used already");
  await enter(page, code(secret, step + 1));
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();

  // Without the authenticator.
  await signOut(page);
  await page.goto("/settings");
  await givePassword(page);
  await enter(page, recovery[0]!.toUpperCase());
  await expect(section).toContainText("7 of 8 left");

  await section.getByLabel("Your password", { exact: true }).fill(owner.password);
  await section.getByLabel("Code", { exact: true }).fill(recovery[1]!);
  await section.getByRole("button", { name: "New recovery codes" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "new recovery codes" })).toBeVisible();
  const renewed = (await page.getByRole("alert").locator("code").innerText()).trim().split("\n");

  await section.getByLabel("Your password", { exact: true }).fill(owner.password);
  await section.getByLabel("Code", { exact: true }).fill(renewed[0]!);
  await section.getByRole("button", { name: "Turn off" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Your second factor is off" })).toBeVisible();
  await signOut(page);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail", { exact: true }).fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
});
