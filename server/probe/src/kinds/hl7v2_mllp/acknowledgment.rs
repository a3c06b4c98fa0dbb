//! Reads an acknowledgment: MSH-3, MSA-1, MSA-2 and whatever ERR segments say.

use crate::failure::{Failure, Layer};
use crate::kinds::json::beginning;

/// An acknowledgment as far as a check is concerned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Acknowledgment {
    /// MSA-1.
    pub(super) code: String,
    /// MSA-2, the control id of the message that is acknowledged.
    pub(super) control_id: String,
    /// MSH-3 and MSH-4, the application that acknowledges.
    pub(super) application: Option<String>,
    /// MSA-3 and the ERR segments, quoted.
    pub(super) errors: Vec<String>,
}

impl Acknowledgment {
    /// Reads the inside of a frame. Segments end with CR; LF and CR LF are tolerated.
    pub(super) fn read(frame: &[u8]) -> Result<Self, Failure> {
        let text = String::from_utf8_lossy(frame);
        let segments: Vec<&str> =
            text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect();
        let Some(msh) = segments.iter().find(|segment| segment.starts_with("MSH")) else {
            let text = format!("expected an HL7 v2 message in the frame, got {}", beginning(frame));
            return Err(Failure::answered(Layer::Parse, text));
        };
        let separator = msh.chars().nth(3).unwrap_or('|');
        let Some(msa) = segments.iter().find(|segment| segment.starts_with("MSA")) else {
            let kind = field(msh, separator, 8);
            let text = format!(
                "expected an acknowledgment with an MSA segment, got a message of type {kind:?} without one"
            );
            return Err(Failure::answered(Layer::Parse, text));
        };
        let named: Vec<_> = [2, 3]
            .into_iter()
            .map(|index| field(msh, separator, index))
            .filter(|name| !name.is_empty())
            .collect();
        let remark = field(msa, separator, 3);
        let errors =
            segments.iter().filter(|segment| segment.starts_with("ERR")).map(|segment| quote(segment));
        Ok(Self {
            code: field(msa, separator, 1),
            control_id: field(msa, separator, 2),
            application: (!named.is_empty()).then(|| named.join(" at ")),
            errors: (!remark.is_empty()).then(|| quote(&remark)).into_iter().chain(errors).collect(),
        })
    }

    pub(super) fn accepted(&self) -> bool {
        matches!(self.code.as_str(), "AA" | "CA")
    }

    /// The code with its meaning (HL7 table 0008).
    pub(super) fn meaning(&self) -> String {
        let meaning = match self.code.as_str() {
            "AA" | "CA" => "accepted",
            "AE" => "application error",
            "AR" => "application reject",
            "CE" => "commit error",
            "CR" => "commit reject",
            "" => return "no code".to_owned(),
            _ => "not a code of HL7 table 0008",
        };
        format!("{} ({meaning})", self.code)
    }
}

/// A field by its position when split at the separator. Counted so, MSH-3 is at 2 and MSH-9 at 8, since MSH-1 is the
/// separator itself.
fn field(segment: &str, separator: char, index: usize) -> String {
    segment.split(separator).nth(index).unwrap_or_default().trim().to_owned()
}

fn quote(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    format!("the listener says: {short}")
}

#[cfg(test)]
mod tests {
    use super::Acknowledgment;

    #[test]
    fn the_separator_is_the_one_that_the_header_declares() {
        let read = Acknowledgment::read(b"MSH#^~\\&#LAB#HOSP#RUNG#RUNG#20250101##ACK#1#T#2.5\rMSA#AA#ID7\r")
            .expect("an ACK");
        assert_eq!((read.code.as_str(), read.control_id.as_str()), ("AA", "ID7"));
        assert_eq!(read.application.as_deref(), Some("LAB at HOSP"));
    }
}
