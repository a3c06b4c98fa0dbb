//! Servers of Python packages, somebody else's reading of the standards: MLLP by `hl7`, SMTP by `aiosmtpd`,
//! SFTP by `asyncssh`.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

const PACKAGES: [&str; 3] = ["hl7==0.4.5", "aiosmtpd==1.4.6", "asyncssh==2.24.1"];

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

/// Takes mail on a free port, prints the port, and writes each mail to standard output as JSON. Modes: `plain`,
/// `starttls` (and nothing without it), `tls`, `auth` (STARTTLS, then a password), `refuse` (550 to every recipient),
/// `later` (451 to every mail).
const MAIL_SERVER: &str = r#"
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

mode = sys.argv[1]
context = None
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode == "refuse":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode == "later":
            return "451 try again later"
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": envelope.content.decode(),
                "tls": session.ssl is not None or mode == "tls", "authenticated": bool(session.authenticated)}
        print(json.dumps(mail), flush=True)
        return "250 taken"

def authenticator(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"rung", b"s3cret"), handled=False)

def protocol():
    if mode in ("starttls", "auth"):
        return SMTP(Handler(), tls_context=context, require_starttls=True, authenticator=authenticator,
                    auth_required=mode == "auth")
    return SMTP(Handler())

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()

asyncio.run(main())
"#;

/// Serves a folder over SFTP on a free port to `reader`, with a password or the key that it makes. Prints the port, then
/// the fingerprint of its host key with the client's key as JSON, then every password that it is shown.
const FILE_SERVER: &str = r#"
import asyncio, json, sys
import asyncssh

host_key = asyncssh.generate_private_key("ssh-ed25519")
client_key = asyncssh.generate_private_key("ssh-ed25519")

class Server(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, user, password):
        print(password, flush=True)
        return (user, password) == ("reader", "s3:cret@x")

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, user, key):
        return user == "reader" and key.get_fingerprint() == client_key.get_fingerprint()

async def main():
    files = lambda channel: asyncssh.SFTPServer(channel, chroot=sys.argv[1])
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=Server, server_host_keys=[host_key],
                                   sftp_factory=files)
    print(server.get_port(), flush=True)
    keys = {"host": host_key.get_fingerprint(), "client": client_key.export_private_key().decode()}
    print(json.dumps(keys), flush=True)
    await server.wait_closed()

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
        Self::run(LISTENER, code, tls)
    }

    /// A mail server; see [`MAIL_SERVER`] for its modes.
    pub(crate) fn mail(mode: &str, tls: Option<(&Path, &Path)>) -> Self {
        Self::run(MAIL_SERVER, mode, tls)
    }

    /// A server of files below a folder; see [`FILE_SERVER`].
    pub(crate) fn sftp(folder: &str) -> Self {
        Self::run(FILE_SERVER, folder, None)
    }

    fn run(program: &str, mode: &str, tls: Option<(&Path, &Path)>) -> Self {
        let mut command = Command::new(interpreter());
        command.args(["-W", "ignore", "-c", program, mode]).stdout(Stdio::piped());
        if let Some((certificate, key)) = tls {
            command.args([certificate, key]);
        }
        let mut child = command.spawn().expect("the interpreter starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let port = lines.next().expect("the port it listens on").expect("readable output");
        Self { port, child, lines }
    }

    /// The next message that it parsed, as the program writes it.
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

/// A Python with the packages: the one that the environment names, or one of our own making, made once.
fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| match std::env::var_os("RUNG_TEST_PYTHON") {
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
    if has_packages(&python) {
        return python;
    }
    let advice = "install python3-venv, or name a Python that has the packages hl7, aiosmtpd and asyncssh in RUNG_TEST_PYTHON";
    let steps = [
        Command::new("python3").args(["-m", "venv"]).arg(folder).output(),
        Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES).output(),
    ];
    for step in steps {
        let output = step.unwrap_or_else(|error| panic!("{error}; {advice}"));
        assert!(output.status.success(), "{}; {advice}", String::from_utf8_lossy(&output.stderr));
    }
    python
}

fn has_packages(python: &Path) -> bool {
    let check = Command::new(python)
        .args(["-c", "import hl7.mllp, aiosmtpd, asyncssh"])
        .stderr(Stdio::null())
        .status();
    check.is_ok_and(|status| status.success())
}
