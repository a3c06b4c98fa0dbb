// What no probe can see is told by people: an entry comes, is corrected and withdrawn, with scripts and without.
import { signUp } from "../harness/journey";
import { expectAccessible, expectNoSidewaysScroll, picture } from "../harness/look";
import { demoTest, expect } from "../harness/test";

const registers = "/orgs/alder-regional-hospital/registers";

demoTest("a validation of a measure is entered, corrected and withdrawn", async ({ page }) => {
  demoTest.slow();
  await signUp(page);
  await page.goto(registers);
  await expectAccessible(page);
  await picture(page, "registers");
  await page.getByRole("link", { name: "Measure validations" }).click();

  const main = page.getByRole("main");
  await main.getByLabel(/^Measure$/).fill("CBP");
  await main.getByLabel(/^Version/).fill("2026");
  await main.getByLabel(/^Validator/).fill("Quality team");
  await main.getByLabel(/^Validated/).fill("2026-03-02");
  await main.getByLabel(/^Charts$/).fill("30");
  await main.getByLabel(/^Charts that agree/).fill("29");
  await main.getByRole("button", { name: "Add a validation" }).click();
  const row = main.getByRole("row").filter({ hasText: "CBP" });
  await expect(row).toContainText("Quality team");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await picture(page, "register-of-measures");

  await row.getByRole("link", { name: "CBP" }).click();
  await main.getByLabel(/^Validator/).fill("Measure office");
  await expectAccessible(page);
  await picture(page, "register-entry");
  await main.getByRole("button", { name: "Save the correction" }).click();
  await expect(row).toContainText("Measure office");

  await row.getByRole("link", { name: "CBP" }).click();
  await main.getByLabel("Reason").fill("Entered twice");
  await main.getByRole("button", { name: "Withdraw the entry" }).click();
  await expect(row).toContainText("Withdrawn");
  await row.getByRole("link", { name: "CBP" }).click();
  await expect(main).toContainText("Entered twice");
  await expectAccessible(page);
});
