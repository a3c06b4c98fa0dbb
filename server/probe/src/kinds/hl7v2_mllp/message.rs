//! Synthetic messages: a test patient in a test visit, nothing of a real person; or the message that the check brings
//! along.

use jiff::Timestamp;
use uuid::Uuid;

use super::template::Template;
use crate::given::Unusable;

/// The parameter.
pub(super) const NAME: &str = "message_type";

/// The messages that a check can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Admission of a patient.
    AdtA01,
    /// A laboratory result.
    OruR01,
    /// As it was agreed on.
    Template(Template),
}

impl Trigger {
    /// Reads `ADT^A01`, `ADT_A01` or `ADT^A01^ADT_A01`, in any letter case, or a whole message.
    pub(super) fn read(text: &str) -> Result<Self, Unusable> {
        if Template::is_one(text) {
            return Template::read(text).map(Self::Template);
        }
        let wanted = text.trim().to_ascii_uppercase().replace('_', "^");
        match wanted.split('^').take(2).collect::<Vec<_>>().as_slice() {
            ["ADT", "A01"] => Ok(Self::AdtA01),
            ["ORU", "R01"] => Ok(Self::OruR01),
            _ => {
                let problem = format!(
                    "\"{}\" is no message that can be sent; use ADT^A01 or ORU^R01, or write the whole message, \
                     one segment a line",
                    text.trim()
                );
                Err(Unusable::new(NAME, problem))
            }
        }
    }

    pub(super) fn code(&self) -> String {
        match self {
            Self::AdtA01 => "ADT^A01".to_owned(),
            Self::OruR01 => "ORU^R01".to_owned(),
            Self::Template(template) => template.code(),
        }
    }
}

/// A message of HL7 version 2.5.1, ready to be framed.
#[derive(Debug)]
pub(super) struct Synthetic {
    trigger: Trigger,
    control_id: String,
    /// MSH-5 and MSH-6, escaped.
    receiver: [String; 2],
    time: String,
}

impl Synthetic {
    pub(super) fn new(trigger: Trigger, application: &str, facility: &str, now: Timestamp) -> Self {
        // MSH-10 holds 20 characters in version 2.5.1.
        let id = Uuid::new_v4().simple().to_string().to_ascii_uppercase();
        Self {
            trigger,
            control_id: format!("RUNG{}", &id[..16]),
            receiver: [escape(application), escape(facility)],
            time: now.strftime("%Y%m%d%H%M%S+0000").to_string(),
        }
    }

    pub(super) fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// MSH-10.
    pub(super) fn control_id(&self) -> &str {
        &self.control_id
    }

    /// The segments, each ended by CR.
    pub(super) fn text(&self) -> String {
        let Self { trigger, control_id, receiver: [application, facility], time } = self;
        let day = &time[..8];
        let patient = "PID|1||RUNG-TEST-0001^^^RUNG^MR||ZZTEST^SYNTHETIC^PATIENT||19700101|U";
        let header = |kind: &str| {
            format!(
                "MSH|^~\\&|RUNG|RUNG|{application}|{facility}|{time}||{kind}|{control_id}|T|2.5.1|||AL|NE"
            )
        };
        let segments = match trigger {
            Trigger::Template(template) => {
                return template.filled(control_id, time, [application, facility]);
            }
            Trigger::AdtA01 => vec![
                header("ADT^A01^ADT_A01"),
                format!("EVN|A01|{time}"),
                patient.to_owned(),
                format!("PV1|1|O|TEST^^^RUNG||||||||||||||||RUNG-VISIT-0001|||||||||||||||||||||||||{time}"),
            ],
            Trigger::OruR01 => vec![
                header("ORU^R01^ORU_R01"),
                patient.to_owned(),
                format!(
                    "OBR|1|RUNG-ORDER-0001|RUNG-RESULT-0001|718-7^Hemoglobin^LN|||{time}|||||||||||||||{time}||LAB|F"
                ),
                format!("OBX|1|NM|718-7^Hemoglobin^LN||14.0|g/dL|12.0-16.0|N|||F|||{day}"),
            ],
        };
        segments.join("\r") + "\r"
    }
}

/// Escapes the delimiters of a message (HL7 v2.5.1, section 2.7); line breaks cannot be part of a field.
fn escape(text: &str) -> String {
    let escaped = text.trim().chars().filter(|c| !c.is_control()).map(|c| match c {
        '\\' => "\\E\\".to_owned(),
        '|' => "\\F\\".to_owned(),
        '^' => "\\S\\".to_owned(),
        '&' => "\\T\\".to_owned(),
        '~' => "\\R\\".to_owned(),
        other => other.to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Synthetic, Trigger};

    fn message(trigger: Trigger) -> Synthetic {
        Synthetic::new(trigger, "EHR|1", "NORTH", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_message_is_marked_as_a_test_and_its_delimiters_are_escaped() {
        let synthetic = message(Trigger::AdtA01);
        let text = synthetic.text();
        let msh: Vec<_> = text.split('\r').next().unwrap_or_default().split('|').collect();
        assert_eq!(msh[4], "EHR\\F\\1");
        assert_eq!(msh[5], "NORTH");
        assert_eq!(msh[8], "ADT^A01^ADT_A01");
        assert_eq!(msh[9], synthetic.control_id());
        assert_eq!(msh[10], "T");
    }

    #[test]
    fn every_message_has_a_control_id_of_its_own() {
        let (one, other) = (message(Trigger::OruR01), message(Trigger::OruR01));
        assert_ne!(one.control_id(), other.control_id());
        assert!(one.control_id().len() <= 20);
    }
}
