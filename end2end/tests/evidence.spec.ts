// What evidence does to a score: from the note at a criterion through the sum that it changes to the report.
import { answer, beginAnswering } from "../harness/journey";
import { expectAccessible } from "../harness/look";
import { expect, test } from "../harness/test";

test("a note lifts what an answer counts for, and the sum and the report show why", async ({ page, scripts }) => {
  test.slow();
  await beginAnswering(page);
  const group = page.getByRole("group", { name: /^PAT-2 / });
  const main = page.getByRole("main");
  await answer(group, "4 Assured", scripts);
  await expect(group).toContainText("Claimed 4, counts 2");
  const sum = page.getByRole("region", { name: "Score" }).getByRole("row").filter({ hasText: "PAT-2" });
  await expect(sum).toContainText("claimed 4, counts 2");

  await group.getByRole("link", { name: "Add evidence to PAT-2" }).click();
  const form = group.getByRole("form", { name: "Add evidence" });
  await form.getByLabel("Title", { exact: true }).fill("Registration log");
  await form.getByLabel(/^Link or note/).fill("41 of 44 apps were usable within a day.");
  await form.getByRole("button", { name: "Add evidence" }).click();
  await expect(form).toHaveCount(0);
  await expect(group).toContainText("Registration log");
  await expect(group).toContainText("Claimed 4, counts 3");
  await expect(page.getByText(/^Why is this/)).toBeVisible();
  await expect(sum).toContainText("claimed 4, counts 3");
  await expectAccessible(page);

  await page.goto(page.url().replace(/\/PAT.*$/, ""));
  await main.getByRole("link", { name: "Report", exact: true }).click();
  const heat = page.getByRole("table", { name: "Level that counts, by domain and criterion number" });
  await expect(heat.getByRole("row").filter({ hasText: "PAT-2" })).toContainText("PAT-2 counts 3/4 claimed");
  await expect(main).toContainText("How the overall score is computed");
});
