//! The framing of the Minimal Lower Layer Protocol: `<VT>` message `<FS><CR>` (HL7 v2.5.1, appendix C.4).

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use crate::failure::{Failure, Layer};
use crate::kinds::json::beginning;

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const RETURN: u8 = 0x0D;

pub(super) fn wrap(message: &str) -> Vec<u8> {
    let mut framed = vec![START];
    framed.extend(message.as_bytes());
    framed.extend([END, RETURN]);
    framed
}

/// Reads one frame, remembering how far it came.
pub(super) struct Reader {
    bytes: Vec<u8>,
    cap: usize,
    first_byte: Option<Instant>,
}

impl Reader {
    pub(super) fn new(cap: usize) -> Self {
        Self { bytes: Vec::new(), cap, first_byte: None }
    }

    pub(super) fn first_byte(&self) -> Option<Instant> {
        self.first_byte
    }

    /// Reads to the end of the frame and answers with what is inside it. The closing `<CR>` is not waited for, since
    /// some listeners leave it out.
    pub(super) async fn read(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        peer: &str,
    ) -> Result<Vec<u8>, Failure> {
        let mut chunk = [0; 4096];
        loop {
            let count =
                stream.read(&mut chunk).await.map_err(|error| self.broken_off(peer, &error.to_string()))?;
            if count == 0 {
                return Err(self.broken_off(peer, "no more data"));
            }
            self.first_byte.get_or_insert_with(Instant::now);
            self.bytes.extend_from_slice(&chunk[..count]);
            if self.bytes[0] != START {
                let seen = beginning(&self.bytes);
                let text = format!("expected a frame that begins with VT (0x0B) from {peer}, got {seen}");
                return Err(Failure::answered(Layer::Mllp, text));
            }
            if let Some(end) = self.bytes.iter().position(|byte| *byte == END) {
                return Ok(self.bytes[1..end].to_vec());
            }
            if self.bytes.len() > self.cap {
                let text = format!("{peer} sent more than {} kB without ending the frame", self.cap >> 10);
                return Err(Failure::answered(Layer::Mllp, text));
            }
        }
    }

    /// The failure of a frame that was not complete in time.
    pub(super) fn out_of_time(&self, peer: &str, time: &str) -> Failure {
        let text = if self.bytes.is_empty() {
            format!("{peer} took the message and sent no acknowledgment within {time}")
        } else {
            format!(
                "the acknowledgment of {peer} was not complete after {time} ({} bytes by then)",
                self.bytes.len()
            )
        };
        Failure::no_answer(Layer::Mllp, text)
    }

    fn broken_off(&self, peer: &str, cause: &str) -> Failure {
        let text = if self.bytes.is_empty() {
            format!("{peer} closed the connection without an acknowledgment ({cause})")
        } else {
            format!(
                "{peer} closed the connection in the middle of the acknowledgment, after {} bytes",
                self.bytes.len()
            )
        };
        Failure::no_answer(Layer::Mllp, text)
    }
}
