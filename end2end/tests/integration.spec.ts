// An integration and its health check, set up by hand and run against what is there.
import { createOrganization, signUp } from "../harness/journey";
import { expectAccessible } from "../harness/look";
import { expect, test } from "../harness/test";

test("a check is drawn from its kind, refuses what the guard refuses, and runs", async ({ page, complaints }) => {
  complaints.allowStatus(422);
  await signUp(page);
  await createOrganization(page, "Birch Street Hospital");
  await page.goto(`${new URL(page.url()).pathname}/integrations`);
  await page.getByRole("link", { name: "Add integration" }).or(page.getByRole("button", { name: "Add integration" })).first().click();
  await page.getByLabel("Integration name").fill("Patient API");
  await page.getByRole("main").getByRole("button", { name: "Add integration" }).click();
  await page.getByRole("link", { name: "Add check" }).or(page.getByRole("button", { name: "Add check" })).first().click();
  await page.getByLabel("Kind").selectOption("tls.certificate");
  await page.getByRole("button", { name: /^(Choose|Show|Next|Continue)/ }).click();

  await page.getByLabel(/^Host/).fill("127.0.0.1");
  await page.getByRole("main").getByRole("button", { name: "Add check" }).click();
  await expect(page.getByLabel(/^Host/)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^Host/)).toHaveValue("127.0.0.1");
  await expectAccessible(page);

  // A name that no resolver knows (RFC 6761): the run says so, and proves nothing.
  await page.getByLabel(/^Host/).fill("fhir.invalid");
  await page.getByRole("main").getByRole("button", { name: "Add check" }).click();
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.getByRole("main")).toContainText(/Fail|Unknown/);
  await expect(page.getByRole("main")).toContainText("fhir.invalid");
  await expectAccessible(page);
});
