// Looking at a page as a machine can: axe in both colour schemes, and pictures kept for people.
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Page, test } from "@playwright/test";
import { expect } from "./test";

const schemes = ["light", "dark"] as const;
const widths = [390, 1280, 1920];
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** axe finds nothing, light and dark. It is a script itself, so it looks only where scripts are on. */
export async function expectAccessible(page: Page): Promise<void> {
  if (test.info().project.use.javaScriptEnabled === false) return;
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.target.join(" ")}`),
    );
    expect(found, `axe on ${page.url()}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/**
 * Keeps the page in results/shots/{project}, at every width in light and at 1280 in dark and as printed, where
 * RUNG_PICTURES is set: for people to look at.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.RUNG_PICTURES) return;
  const folder = join(test.info().config.rootDir, "../results/shots", test.info().project.name);
  const before = page.viewportSize();
  const keep = (variant: string) =>
    page.screenshot({ path: join(folder, `${name}-${variant}.png`), fullPage: true });
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await keep(`${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  await keep("1280-dark");
  await page.emulateMedia({ colorScheme: "light", media: "print" });
  await keep("1280-print");
  await page.emulateMedia({ media: null });
  if (before) await page.setViewportSize(before);
}

/** No code of a criterion or of a check is in two pieces, at the end of one line and at the beginning of the next. */
export async function expectWholeCodes(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const width of [390, 820, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const broken = await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      for (let text = texts.nextNode() as Text | null; text; text = texts.nextNode() as Text | null) {
        for (const code of text.data.matchAll(/\b[A-Z]{2,4}-\d+(\.\d+)?/g)) {
          const range = document.createRange();
          range.setStart(text, code.index);
          range.setEnd(text, code.index + code[0].length);
          const drawn = [...range.getClientRects()].filter((part) => part.width > 0);
          if (new Set(drawn.map((part) => Math.round(part.top))).size > 1) found.push(code[0]);
        }
      }
      return found;
    });
    expect(broken, `${page.url()} at ${width} px`).toEqual([]);
  }
  if (before) await page.setViewportSize(before);
}

/** The page is not wider than the window, at any width: nothing is cut off or scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${page.url()} at ${width} px`).toBeLessThanOrEqual(0);
  }
  if (before) await page.setViewportSize(before);
}
