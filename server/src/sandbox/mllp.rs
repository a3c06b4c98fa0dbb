//! An HL7 v2 listener (MLLP Release 1): acknowledges every message, or refuses it with an ERR segment.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Switches;

const START: u8 = 0x0b;
const END: [u8; 2] = [0x1c, 0x0d];
const LONGEST: usize = 64 * 1024;
const IDLE: Duration = Duration::from_secs(30);

/// Serves until the task is dropped.
pub(super) async fn serve(listener: TcpListener, switches: Arc<Switches>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(converse(stream, Arc::clone(&switches)));
    }
}

/// Answers message after message until the other side hangs up, falls silent or sends too much.
async fn converse(mut stream: TcpStream, switches: Arc<Switches>) {
    let mut buffer = Vec::new();
    loop {
        while let Some(message) = next_message(&mut buffer) {
            let broken = switches.mllp.load(Ordering::Relaxed);
            if stream.write_all(&framed(&acknowledgment(&message, broken))).await.is_err() {
                return;
            }
        }
        match tokio::time::timeout(IDLE, stream.read_buf(&mut buffer)).await {
            Ok(Ok(read)) if read > 0 && buffer.len() <= LONGEST => {}
            _ => return,
        }
    }
}

/// Takes the first complete message out of the buffer.
fn next_message(buffer: &mut Vec<u8>) -> Option<String> {
    let end = buffer.windows(2).position(|pair| pair == END)?;
    let taken: Vec<u8> = buffer.drain(..end + END.len()).collect();
    let start = taken.iter().position(|byte| *byte == START).map_or(0, |position| position + 1);
    Some(String::from_utf8_lossy(&taken[start..end]).into_owned())
}

fn framed(message: &str) -> Vec<u8> {
    [&[START], message.as_bytes(), &END].concat()
}

/// MSH and MSA (HL7 v2.5.1 section 2.9), with an ERR segment where the message is refused.
fn acknowledgment(message: &str, broken: bool) -> String {
    let header: Vec<&str> = message.split('\r').next().unwrap_or_default().split('|').collect();
    let field = |position: usize| header.get(position).copied().unwrap_or_default();
    let (sender, facility, control, processing) = (field(2), field(3), field(9), field(10));
    let now = Timestamp::now().strftime("%Y%m%d%H%M%S");
    let trigger = field(8).split('^').nth(1).unwrap_or("A01");
    let code = if broken { "AE" } else { "AA" };
    let mut answer = format!(
        "MSH|^~\\&|SANDBOX|RUNG|{sender}|{facility}|{now}||ACK^{trigger}^ACK|{control}A|{processing}|2.5.1\r\
         MSA|{code}|{control}\r"
    );
    if broken {
        answer.push_str(
            "ERR||PID^1^3|204^Unknown key identifier^HL70357|E|||The sandbox was broken on purpose\r",
        );
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        "MSH|^~\\&|RUNG|CLINIC|LAB|LAB|20261120120000||ADT^A01^ADT_A01|X1|T|2.5.1\rEVN||20261120\r";

    #[test]
    fn an_acknowledgment_names_the_message_and_goes_back_to_its_sender() {
        let answer = acknowledgment(MESSAGE, false);
        assert!(answer.starts_with("MSH|^~\\&|SANDBOX|RUNG|RUNG|CLINIC|"), "{answer}");
        assert!(answer.contains("|ACK^A01^ACK|X1A|T|2.5.1\rMSA|AA|X1\r"), "{answer}");
        assert!(acknowledgment(MESSAGE, true).contains("MSA|AE|X1\rERR|"));
    }

    #[test]
    fn messages_come_out_of_the_stream_one_by_one() {
        let mut buffer = [framed("one"), framed("two"), b"\x0bthr".to_vec()].concat();
        assert_eq!(next_message(&mut buffer).as_deref(), Some("one"));
        assert_eq!(next_message(&mut buffer).as_deref(), Some("two"));
        assert_eq!(next_message(&mut buffer), None);
        assert_eq!(buffer, b"\x0bthr");
    }
}
