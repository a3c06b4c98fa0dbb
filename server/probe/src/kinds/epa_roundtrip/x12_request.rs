//! The synthetic request as an X12 278 (implementation guide 005010X217), about nobody.

use jiff::Timestamp;

/// What the test case may be made of: nothing that separates, and no longer than a reference.
const MOST: usize = 50;

/// An interchange with one request, marked as a test (`ISA15` is T).
pub(super) fn interchange(test_case: &str, now: Timestamp) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ');
    if test_case.is_empty() || test_case.len() > MOST || !test_case.chars().all(plain) {
        return Err(format!(
            "test_case cannot stand in an X12 request: write at most {MOST} letters, digits, dots and hyphens"
        ));
    }
    let (date, time) = (now.strftime("%Y%m%d").to_string(), now.strftime("%H%M").to_string());
    let short = &date[2..];
    let transaction = [
        "ST*278*0001*005010X217".to_owned(),
        format!("BHT*0007*13*{test_case}*{date}*{time}"),
        // Who decides.
        "HL*1**20*1".to_owned(),
        "NM1*X3*2*TEST PAYER*****PI*TESTPAYER".to_owned(),
        // Who asks.
        "HL*2*1*21*1".to_owned(),
        "NM1*1P*2*TEST PROVIDER*****XX*1234567893".to_owned(),
        // For whom: nobody.
        "HL*3*2*22*1".to_owned(),
        format!("NM1*IL*1*TEST*SYNTHETIC****MI*{test_case}"),
        "DMG*D8*19700101*U".to_owned(),
        // What: eight visits of physical therapy.
        "HL*4*3*EV*1".to_owned(),
        format!("TRN*1*{test_case}*9RUNGTEST0"),
        "UM*HS*I*1".to_owned(),
        "HI*ABK:M5450".to_owned(),
        "HL*5*4*SS*0".to_owned(),
        format!("DTP*472*D8*{date}"),
        "SV1*HC:97110**UN*8".to_owned(),
    ];
    let count = transaction.len() + 1;
    let before = [
        format!(
            "ISA*00*{0:10}*00*{0:10}*ZZ*{1:15}*ZZ*{2:15}*{short}*{time}*^*00501*000000001*0*T*:",
            "", "RUNG", "TESTPAYER"
        ),
        format!("GS*HI*RUNG*TESTPAYER*{date}*{time}*1*X*005010X217"),
    ];
    let after = [format!("SE*{count}*0001"), "GE*1*1".to_owned(), "IEA*1*000000001".to_owned()];
    let segments = before.into_iter().chain(transaction).chain(after);
    Ok(segments.map(|segment| segment + "~\n").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interchange_has_its_fixed_head_and_its_counts() {
        let now = "2026-11-20T12:34:00Z".parse().unwrap();
        let text = interchange("CASE-1", now).unwrap();
        // ISA is the one segment of fixed length: its terminator is the 106th character.
        assert_eq!(text.as_bytes()[105], b'~', "{text}");
        assert!(text.contains("*261120*1234*^*00501*000000001*0*T*:~"), "{text}");
        let segments: Vec<_> = text.split("~\n").collect();
        let at = |id: &str| segments.iter().position(|segment| segment.starts_with(id)).unwrap();
        let told = format!("SE*{}*0001", at("SE*") - at("ST*") + 1);
        assert_eq!(segments[at("SE*")], told);
    }

    #[test]
    fn a_test_case_that_would_break_the_segments_is_refused() {
        let now = "2026-11-20T12:34:00Z".parse().unwrap();
        for case in ["", "a*b", "a~b", "a:b", "a^b", "a\nb", &"x".repeat(51)] {
            assert!(interchange(case, now).is_err(), "{case:?}");
        }
    }
}
