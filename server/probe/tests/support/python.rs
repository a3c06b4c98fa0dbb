//! The MLLP server of the Python package `hl7`: somebody else's reading of the standard.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

const PACKAGE: &str = "hl7==0.4.5";

/// Listens on a free port, prints it, and acknowledges each message with the code given; writes the messages to
/// standard output for the test to read.
const LISTENER: &str = r#"
import asyncio, ssl, sys
import hl7
from hl7.mllp import start_hl7_server

async def main():
    code = sys.argv[1]
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])

    async def serve(reader, writer):
        try:
            while not writer.is_closing():
                message = await reader.readmessage()
                print(repr(str(message)), flush=True)
                writer.writemessage(message.create_ack(code))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await start_hl7_server(serve, "127.0.0.1", 0, encoding="utf-8", ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()

asyncio.run(main())
"#;

/// A running listener; it ends with the test.
pub(crate) struct Listener {
    pub(crate) port: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listener {
    /// Acknowledges with `code`; over TLS where a certificate file and a key file are given.
    pub(crate) fn start(code: &str, tls: Option<(&Path, &Path)>) -> Self {
        let mut command = Command::new(interpreter());
        command.args(["-W", "ignore", "-c", LISTENER, code]).stdout(Stdio::piped());
        if let Some((certificate, key)) = tls {
            command.args([certificate, key]);
        }
        let mut child = command.spawn().expect("the interpreter starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let port = lines.next().expect("the port it listens on").expect("readable output");
        Self { port, child, lines }
    }

    /// The next message that it parsed, as Python writes it.
    pub(crate) fn message(&mut self) -> String {
        self.lines.next().expect("a message").expect("readable output")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python with the package: the one that the environment names, or one of our own making, made once.
fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| match std::env::var_os("RUNG_TEST_HL7_PYTHON") {
        Some(python) => PathBuf::from(python),
        None => prepare(&cache().join("python")),
    })
}

fn cache() -> PathBuf {
    let chosen = std::env::var_os("RUNG_CACHE").map(PathBuf::from);
    chosen.unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME is set, or RUNG_CACHE names a folder");
        PathBuf::from(home).join(".cache/rung")
    })
}

fn prepare(folder: &Path) -> PathBuf {
    let python = folder.join("bin/python");
    if has_package(&python) {
        return python;
    }
    let advice = "install python3-venv, or name a Python that has the package hl7 in RUNG_TEST_HL7_PYTHON";
    let steps = [
        Command::new("python3").args(["-m", "venv"]).arg(folder).output(),
        Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]).output(),
    ];
    for step in steps {
        let output = step.unwrap_or_else(|error| panic!("{error}; {advice}"));
        assert!(output.status.success(), "{}; {advice}", String::from_utf8_lossy(&output.stderr));
    }
    python
}

fn has_package(python: &Path) -> bool {
    let check = Command::new(python).args(["-c", "import hl7.mllp"]).stderr(Stdio::null()).status();
    check.is_ok_and(|status| status.success())
}
