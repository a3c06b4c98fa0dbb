//! The response as an X12 278: found in the body, bare or inside an envelope, and read by its own delimiters.

use super::{Response, decision_of};
use crate::failure::{Failure, Layer};
use crate::kinds::json;

/// `ISA` has a fixed length; with it come the delimiters.
const ISA: usize = 106;

/// The segments of an interchange, each as its elements.
type Segments = Vec<Vec<String>>;

pub(super) fn response(body: &[u8]) -> Result<Response, Failure> {
    let Some(segments) = segments(body) else {
        let text = format!("expected an X12 interchange, the body begins with {}", json::beginning(body));
        return Err(Failure::answered(Layer::Parse, text));
    };
    let element = |segment: &[String], index: usize| segment.get(index).cloned().unwrap_or_default();
    let of = |id: &'static str| segments.iter().filter(move |segment| segment[0] == id);
    let kinds: Vec<_> = of("ST").map(|segment| element(segment, 1)).collect();
    if !kinds.iter().any(|kind| kind == "278") {
        let mut told = if kinds.is_empty() { "no transaction".to_owned() } else { kinds.join(", ") };
        // What a refused interchange or transaction says.
        let codes = [("TA1", 4), ("IK5", 1), ("AK9", 1)];
        for (id, index) in codes {
            told.extend(of(id).map(|segment| format!("; {id} {}", element(segment, index))));
        }
        return Err(Failure::answered(Layer::Rule, format!("expected a 278 response, got {told}")));
    }
    let mut remarks = Vec::new();
    if let Some(purpose) = of("BHT").map(|segment| element(segment, 2)).next()
        && purpose != "11"
    {
        remarks.push(format!("expected BHT02 11 (response), got {purpose}"));
    }
    for segment in of("AAA").take(5) {
        remarks.push(format!("the payer rejects a part of the request: AAA03 {}", element(segment, 3)));
    }
    let actions: Vec<_> = of("HCR").map(|segment| element(segment, 1)).collect();
    let decision = actions.iter().find_map(|action| Some(format!("{} ({action})", decision_of(action)?)));
    if decision.is_none() && !actions.is_empty() {
        remarks.push(format!("HCR01 is {}, which decides nothing", actions.join(", ")));
    }
    Ok(Response { decision, remarks })
}

/// Reads the first interchange in the body; `None` where there is none.
fn segments(body: &[u8]) -> Option<Segments> {
    let start = body.windows(4).position(|window| {
        window.starts_with(b"ISA") && !window[3].is_ascii_alphanumeric() && !window[3].is_ascii_whitespace()
    })?;
    let interchange = &body[start..];
    let head = interchange.get(..ISA)?;
    let (separator, terminator) = (head[3], head[ISA - 1]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let mut segments = Segments::new();
    for segment in interchange.split(|byte| *byte == terminator) {
        let elements: Vec<_> = segment.split(|byte| *byte == separator).map(text).collect();
        if elements[0].is_empty() {
            continue;
        }
        let last = elements[0] == "IEA";
        segments.push(elements);
        if last {
            break;
        }
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interchange(rest: &str) -> String {
        let isa =
            format!("ISA*00*{0:10}*00*{0:10}*ZZ*{0:15}*ZZ*{0:15}*261120*1234*^*00501*000000001*0*T*:~", "");
        assert_eq!(isa.len(), ISA);
        format!("{isa}{rest}IEA*1*000000001~")
    }

    #[test]
    fn the_action_decides() {
        let body = interchange("ST*278*1~BHT*0007*11*X~HCR*A4*~SE*3*1~");
        assert_eq!(response(body.as_bytes()).unwrap().decision.as_deref(), Some("pended (A4)"));
        let open = interchange("ST*278*1~\r\nBHT*0007*11*X~\r\nHCR*CT~\r\n");
        let open = response(open.as_bytes()).unwrap();
        assert_eq!((open.decision, open.remarks.len()), (None, 1));
    }

    #[test]
    fn an_interchange_inside_an_envelope_is_found() {
        let body = format!("<Envelope><Payload>{}</Payload></Envelope>", interchange("ST*278*1~HCR*A1~"));
        assert_eq!(response(body.as_bytes()).unwrap().decision.as_deref(), Some("certified in total (A1)"));
    }

    #[test]
    fn an_acknowledgment_alone_is_no_response() {
        let body = interchange("ST*999*1~IK5*R*5~AK9*R*1*1*0~");
        let text = response(body.as_bytes()).unwrap_err().text;
        assert!(text.contains("got 999; IK5 R; AK9 R"), "{text}");
        assert!(response(b"hello").unwrap_err().text.contains("expected an X12 interchange"));
        assert!(response(b"ISA*too short").unwrap_err().text.contains("expected an X12 interchange"));
    }
}
