// Starts and stops one `rung serve` on a free port, with a database of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const binary = resolve(process.env.RUNG_BINARY ?? join(import.meta.dirname, "../../target/release/rung"));
const patience = 30_000;
const foreign = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("RUNG_")));

export interface ServerOptions {
  /** Offers the demonstration, whose checks run against the sandbox. */
  demo: boolean;
  /** Settings as an operator gives them, `RUNG_*`; those of whoever runs the tests stay outside. */
  settings?: Record<string, string>;
}

export class Server {
  readonly url: string;
  private readonly lines: string[] = [];

  private constructor(
    port: number,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.lines.push(text));
    }
  }

  /** Everything the server has printed. */
  get log(): string {
    return this.lines.join("");
  }

  static async start({ demo, settings = {} }: ServerOptions): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`make build\``);
    const folder = mkdtempSync(join(tmpdir(), "rung-end2end-"));
    const port = await freePort();
    const child = spawn(
      binary,
      [
        "serve",
        "--addr",
        `127.0.0.1:${port}`,
        "--database-url",
        `sqlite://${join(folder, "rung.db")}`,
        ...(demo ? ["--demo"] : []),
      ],
      // Away from the repository: the binary must bring everything it serves.
      { cwd: folder, env: { ...foreign, ...settings }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const server = new Server(port, child, folder);
    try {
      await server.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Makes another account, as an operator does beside the running server. */
  async addAccount({ name, email, password }: { name: string; email: string; password: string }): Promise<void> {
    const url = `sqlite://${join(this.folder, "rung.db")}`;
    const args = ["user", "create", "--database-url", url, "--name", name, "--email", email, "--password-stdin"];
    const child = spawn(binary, args, { cwd: this.folder, env: foreign, stdio: ["pipe", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    child.stdin.end(`${password}\n`);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (code !== 0) throw new Error(`rung user create failed:\n${complaint}`);
  }

  async stop(): Promise<void> {
    if (this.running()) {
      const exited = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGTERM");
      await Promise.race([exited, sleep(5_000)]);
      if (this.running()) {
        this.process.kill("SIGKILL");
        await exited;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!this.running()) throw new Error(`rung stopped before it was ready:\n${this.log}`);
      try {
        if ((await fetch(`${this.url}/readyz`)).ok) return;
      } catch {
        // Not listening yet.
      }
      await sleep(20);
    }
    throw new Error(`rung was not ready after ${patience} ms:\n${this.log}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}
