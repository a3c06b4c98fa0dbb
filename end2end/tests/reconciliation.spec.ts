// Two files are reconciled in the browser; what leaves is the aggregate, after it was shown. Without scripts the page
// explains the command line and takes what that printed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { createOrganization, signUp } from "../harness/journey";
import { expectAccessible } from "../harness/look";
import { expect, test } from "../harness/test";

const rung = resolve(process.env.RUNG_BINARY ?? join(import.meta.dirname, "../../target/release/rung"));
const clinical = "patient_id,encounter_id,service_date,charge\n" + rows(0, 200, (row) => `p${row},e${row},2026-01-02,${row}.00`);
const claims = "Encounter ID;Member;Service Date;Charge\n" + rows(1, 201, (row) => `e${row};p${row};01/03/2026;${row}.04`);

function rows(from: number, to: number, line: (row: number) => string): string {
  return Array.from({ length: to - from }, (_, index) => `${line(from + index)}\n`).join("");
}

async function toReconciliation(page: Page): Promise<void> {
  await signUp(page);
  await createOrganization(page, "Cedar Valley Health");
  await page.goto(`${new URL(page.url()).pathname}/integrations`);
  await page.getByRole("link", { name: "Add integration" }).or(page.getByRole("button", { name: "Add integration" })).first().click();
  await page.getByLabel("Integration name").fill("Claims feed");
  await page.getByRole("main").getByRole("button", { name: "Add integration" }).click();
  await page.getByRole("link", { name: "Add check" }).or(page.getByRole("button", { name: "Add check" })).first().click();
  await page.getByLabel("Kind").selectOption("recon.claims_clinical");
  await page.getByRole("button", { name: /^(Choose|Show|Next|Continue)/ }).click();
  await page.getByLabel(/^Source/).fill("Claims of the quarter");
  await page.getByRole("main").getByRole("button", { name: "Add check" }).click();
  await page.getByRole("link", { name: "Reconcile files" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Reconcile two files");
}

test("two files become a run without a row leaving the machine", async ({ page, scripts }) => {
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await toReconciliation(page);
  const field = page.getByLabel("What came out");
  if (scripts) {
    const csv = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByLabel("Clinical file").setInputFiles(csv("clinical.csv", clinical));
    await page.getByLabel("Claims file").setInputFiles(csv("claims.csv", claims));
    // The partner that has another name is chosen by hand; the others are found.
    await page.getByLabel("patient_id in the other file").selectOption("Member");
    await page.getByLabel("Use of patient_id").selectOption("key-member");
    await expect(page.getByLabel("Use of encounter_id")).toHaveValue("key");
    await page.getByLabel("Allowed difference of service_date").fill("1");
    await page.getByLabel("Allowed difference of charge").fill("5");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Reconcile", exact: true }).click();
    await expect(page.getByText("199 keys stand in both files")).toBeVisible();
    await expect(field).toBeFocused();
  } else {
    await expect(page.getByText("The command line does the same").first()).toBeVisible();
    await expect(page.getByLabel("Clinical file")).toBeHidden();
    const folder = mkdtempSync(join(tmpdir(), "rung-files-"));
    writeFileSync(join(folder, "clinical.csv"), clinical);
    writeFileSync(join(folder, "claims.csv"), claims);
    const key = ["--key", "patient_id=member,encounter_id", "--member", "patient_id=member"];
    const compare = ["--compare", "service_date:days=1,charge:cents=5"];
    await field.fill(execFileSync(rung, ["reconcile", "clinical.csv", "claims.csv", ...key, ...compare], { cwd: folder, encoding: "utf8" }));
    rmSync(folder, { recursive: true });
  }
  const aggregate = JSON.parse(await field.inputValue());
  expect(aggregate.matched).toBe(199);
  expect(aggregate.right.samples.only).toEqual([201]);
  expect(aggregate.fields.map((compared: { agreeing: number }) => compared.agreeing)).toEqual([199, 199]);
  await expectAccessible(page);
  expect(sent.join("\n")).not.toContain("p17");

  await page.getByLabel(/^Contracts covered/).fill("100");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("main")).toContainText("Pass");
  await expect(page.getByRole("main")).toContainText("99.5");
  expect(sent.join("\n")).not.toMatch(/p17|e17\b/);
  await expectAccessible(page);
});

test("a file that is broken says where, and the work can be cancelled", async ({ page, scripts }) => {
  test.skip(!scripts, "there is nothing to break without scripts");
  await toReconciliation(page);
  const csv = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByLabel("Clinical file").setInputFiles(csv("empty.csv", ""));
  await expect(page.getByRole("alert")).toContainText("empty.csv: the file is empty");
  await page.getByLabel("Clinical file").setInputFiles(csv("clinical.csv", `${clinical}p9,"e9,2026-01-01,1\n`));
  await page.getByLabel("Claims file").setInputFiles(csv("claims.csv", claims));
  await page.getByLabel("Use of encounter_id").selectOption("key");
  await page.getByLabel("Use of patient_id").selectOption("");
  await page.getByRole("button", { name: "Reconcile", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("clinical.csv: a quoted field that begins in line 202");
  await expectAccessible(page);

  const line = "p1,e1,2026-01-02,1.00\n";
  const long = csv("long.csv", `patient_id,encounter_id,service_date,charge\n${line.repeat(2_000_000)}`);
  await page.getByLabel("Clinical file").setInputFiles(long);
  await expect(page.locator("#left-file-state")).toHaveText("4 columns");
  await expect(page.getByLabel("Use of encounter_id")).toHaveValue("key");
  await page.getByLabel("Use of patient_id").selectOption("");
  await page.getByRole("button", { name: "Reconcile", exact: true }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled. Nothing was sent.")).toBeVisible();
  await expect(page.getByLabel("What came out")).toHaveValue("");
});
