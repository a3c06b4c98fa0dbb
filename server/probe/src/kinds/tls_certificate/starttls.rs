//! Asks a mail server to go over to TLS.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::connector::Connected;
use crate::failure::{Failure, Layer};

/// The longest line and the most lines read while asking.
const LINE: usize = 2048;
const LINES: usize = 100;

/// The protocol spoken before TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starttls {
    /// TLS from the first byte.
    Never,
    /// RFC 3207.
    Smtp,
    /// RFC 9051.
    Imap,
    /// RFC 2595.
    Pop3,
}

impl Starttls {
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "none" => Ok(Self::Never),
            "smtp" => Ok(Self::Smtp),
            "imap" => Ok(Self::Imap),
            "pop3" => Ok(Self::Pop3),
            other => {
                let text =
                    format!("starttls \"{other}\" is not known: use smtp, imap or pop3, or leave it empty");
                Err(Failure::inconclusive(Layer::Guard, text))
            }
        }
    }

    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Never => "",
            Self::Smtp => " after SMTP STARTTLS",
            Self::Imap => " after IMAP STARTTLS",
            Self::Pop3 => " after POP3 STLS",
        }
    }

    /// Talks until the next byte is TLS.
    pub(crate) async fn ask(self, connected: &mut Connected) -> Result<(), Failure> {
        let mut talk = Talk(connected);
        match self {
            Self::Never => Ok(()),
            Self::Smtp => {
                talk.smtp("220").await?;
                talk.say("EHLO rung.invalid\r\n").await?;
                talk.smtp("250").await?;
                talk.say("STARTTLS\r\n").await?;
                talk.smtp("220").await
            }
            Self::Imap => {
                talk.until("* ", "* OK").await?;
                talk.say("r1 STARTTLS\r\n").await?;
                talk.until("r1 ", "r1 OK").await
            }
            Self::Pop3 => {
                talk.until("", "+OK").await?;
                talk.say("STLS\r\n").await?;
                talk.until("", "+OK").await
            }
        }
    }
}

struct Talk<'a>(&'a mut Connected);

impl Talk<'_> {
    async fn say(&mut self, line: &str) -> Result<(), Failure> {
        self.0.stream.write_all(line.as_bytes()).await.map_err(|_| self.closed())
    }

    /// Reads a reply of one or more lines (`250-…` goes on, `250 …` ends).
    async fn smtp(&mut self, expected: &str) -> Result<(), Failure> {
        for _ in 0..LINES {
            let line = self.line().await?;
            if !line.starts_with(expected) {
                return Err(self.refused(expected, &line));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
        Err(self.refused(expected, "a reply without end"))
    }

    /// Reads lines up to the one that begins with `own`, which must begin with `expected`.
    async fn until(&mut self, own: &str, expected: &str) -> Result<(), Failure> {
        for _ in 0..LINES {
            let line = self.line().await?;
            if line.to_ascii_uppercase().starts_with(&expected.to_ascii_uppercase()) {
                return Ok(());
            }
            if line.starts_with(own) {
                return Err(self.refused(expected, &line));
            }
        }
        Err(self.refused(expected, "a reply without end"))
    }

    /// One byte at a time: what follows the last line belongs to TLS.
    async fn line(&mut self) -> Result<String, Failure> {
        let mut line = Vec::new();
        while line.len() < LINE {
            match self.0.stream.read_u8().await {
                Ok(b'\n') => break,
                Ok(byte) => line.push(byte),
                Err(_) => return Err(self.closed()),
            }
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn closed(&self) -> Failure {
        Failure::no_answer(Layer::Tls, format!("{} closed the connection before STARTTLS", self.0.peer))
    }

    fn refused(&self, expected: &str, line: &str) -> Failure {
        let seen: String = line.chars().take(80).collect();
        let text = format!("{} does not go over to TLS: expected {expected}, got {seen:?}", self.0.peer);
        Failure::no_answer(Layer::Tls, text)
    }
}
