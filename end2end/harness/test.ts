// What every journey stands on. `test` gives each test an empty installation of its own, `demoTest` one with the
// demonstration. Any console error or uncaught exception fails the test.
import { test as base, expect, type Page, type TestInfo } from "@playwright/test";
import { Server } from "./server";

/** Collects what the browser complains about; a journey that provokes an error says so beforehand. */
export class Complaints {
  private readonly allowed: RegExp[] = [];
  private readonly seen: string[] = [];

  watch(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.seen.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.seen.push(`uncaught: ${error.message}`));
  }

  /** Chromium logs a refused page as an error: for a page that is meant to answer with this status. */
  allowStatus(status: number): void {
    this.allowed.push(new RegExp(`status of ${status}\\b`));
  }

  unexpected(): string[] {
    return this.seen.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
  }
}

interface Fixtures {
  complaints: Complaints;
  rung: Server;
  /** Whether this project runs with scripts. */
  scripts: boolean;
}

const watched = base.extend<Omit<Fixtures, "rung">>({
  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      context.on("page", (page) => complaints.watch(page));
      await use(complaints);
      expect(complaints.unexpected(), "the browser's console stays free of errors").toEqual([]);
    },
    { auto: true },
  ],
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
});

export const test = watched.extend<Pick<Fixtures, "rung">>({
  rung: async ({}, use, testInfo) => {
    const server = await Server.start({ demo: false });
    await use(server);
    await server.stop();
    await keepLog(server, testInfo);
  },
  baseURL: async ({ rung }, use) => use(rung.url),
});

export const demoTest = watched.extend<{ demo: Server }>({
  demo: async ({}, use, testInfo) => {
    // The sandbox's ports are fixed, so each worker has an address of its own.
    const address = `127.83.0.${1 + testInfo.parallelIndex}`;
    const server = await Server.start({ demo: true, settings: { RUNG_SANDBOX_ADDRESS: address } });
    await use(server);
    await server.stop();
    await keepLog(server, testInfo);
  },
  baseURL: async ({ demo }, use) => use(demo.url),
});

async function keepLog(server: Server, testInfo: TestInfo): Promise<void> {
  if (testInfo.status !== testInfo.expectedStatus) {
    await testInfo.attach("rung.log", { body: server.log, contentType: "text/plain" });
  }
}

export { expect };
