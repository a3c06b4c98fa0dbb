//! Codes of the terminologies that health care bills and records with: their written forms, and which are well formed.
//!
//! Whether a code is well formed is judged by the shape and the check digit that its system publishes, never by a list
//! of codes: a retired or invented code of the right shape passes.

use std::borrow::Cow;

/// A system of codes. The letters of a code count alike in both cases, and a system in front of it, as FHIR's token form
/// has it (`http://loinc.org|2345-7`), is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSystem {
    /// Any: letters alike in both cases, nothing else.
    Any,
    /// ICD-10-CM and -PCS: the dot does not count (`E11.9`, `E119`).
    Icd10,
    /// LOINC: `2345-7`, the last digit a check digit (mod 10).
    Loinc,
    /// SNOMED CT: 6 to 18 digits, the last a check digit (Verhoeff).
    Snomed,
    /// `RxNorm`: a number; leading zeros do not count.
    Rxnorm,
    /// CPT and HCPCS level II: five characters (`99213`, `J1100`).
    Cpt,
    /// NDC: ten digits with hyphens or eleven without, compared as eleven (5-4-2).
    Ndc,
    /// CVX: a number of up to three digits; leading zeros do not count.
    Cvx,
}

impl CodeSystem {
    /// The names in rules and files, in the order of the variants without [`CodeSystem::Any`].
    pub const NAMES: [&str; 7] = ["icd10", "loinc", "snomed", "rxnorm", "cpt", "ndc", "cvx"];

    const ALL: [Self; 7] =
        [Self::Icd10, Self::Loinc, Self::Snomed, Self::Rxnorm, Self::Cpt, Self::Ndc, Self::Cvx];

    /// By its name in a rule.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|place| Self::ALL[place])
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Icd10 => "icd10",
            Self::Loinc => "loinc",
            Self::Snomed => "snomed",
            Self::Rxnorm => "rxnorm",
            Self::Cpt => "cpt",
            Self::Ndc => "ndc",
            Self::Cvx => "cvx",
        }
    }

    /// By the words that files use: the name, the address of FHIR, the OID, or the usual spelling.
    pub fn spelled(text: &str) -> Option<Self> {
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let plain = plain.trim_start_matches("http").trim_start_matches("urnoid");
        Some(match plain {
            "icd10"
            | "icd10cm"
            | "icd10pcs"
            | "i10"
            | "hl7orgfhirsidicd10"
            | "hl7orgfhirsidicd10cm"
            | "wwwcmsgovmedicarecodingicd10"
            | "2168401113883690" => Self::Icd10,
            "loinc" | "ln" | "lnc" | "loincorg" | "216840111388361" => Self::Loinc,
            "snomed" | "snomedct" | "sct" | "snomedinfosct" | "2168401113883696" => Self::Snomed,
            "rxnorm" | "rxn" | "wwwnlmnihgovresearchumlsrxnorm" | "2168401113883688" => Self::Rxnorm,
            "cpt" | "cpt4" | "c4" | "hcpcs" | "hcpc" | "wwwamaassnorggocpt" => Self::Cpt,
            "ndc" | "hl7orgfhirsidndc" => Self::Ndc,
            "cvx" | "hl7orgfhirsidcvx" => Self::Cvx,
            _ => return None,
        })
    }

    /// The one form in which a code of this system is compared.
    pub fn canonical(self, text: &str) -> Cow<'_, str> {
        let code = text.rsplit_once('|').map_or(text, |(_, code)| code).trim();
        match self {
            Self::Icd10 => Cow::Owned(code.replace('.', "").to_ascii_uppercase()),
            Self::Rxnorm | Self::Cvx => match code.trim_start_matches('0') {
                "" if !code.is_empty() => Cow::Borrowed("0"),
                digits => Cow::Borrowed(digits),
            },
            Self::Ndc => {
                eleven_digits(code).map_or_else(|| Cow::Owned(code.to_ascii_uppercase()), Cow::Owned)
            }
            Self::Any | Self::Loinc | Self::Snomed | Self::Cpt => {
                if code.bytes().any(|byte| byte.is_ascii_lowercase()) {
                    Cow::Owned(code.to_ascii_uppercase())
                } else {
                    Cow::Borrowed(code)
                }
            }
        }
    }

    /// Whether a code of this system is well formed. Nothing is known of [`CodeSystem::Any`].
    pub fn well_formed(self, text: &str) -> bool {
        let code = self.canonical(text);
        let digits = |least: usize, most: usize| {
            (least..=most).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit())
        };
        match self {
            Self::Any => false,
            Self::Icd10 => icd10(code.as_bytes()),
            Self::Loinc => loinc(&code),
            Self::Snomed => digits(6, 18) && !code.starts_with('0') && verhoeff(&code),
            Self::Rxnorm => digits(1, 8) && *code != *"0",
            Self::Cpt => cpt(code.as_bytes()),
            Self::Ndc => digits(11, 11),
            Self::Cvx => digits(1, 3) && *code != *"0",
        }
    }
}

/// ICD-10-CM: a letter, a digit, a third character, and up to four more; ICD-10-PCS: seven, without I and O.
fn icd10(code: &[u8]) -> bool {
    let known = code.iter().all(u8::is_ascii_alphanumeric);
    let cm = (3..=7).contains(&code.len()) && code[0].is_ascii_alphabetic() && code[1].is_ascii_digit();
    let pcs = code.len() == 7 && !code.iter().any(|byte| matches!(byte, b'I' | b'O'));
    known && (cm || pcs)
}

/// Five characters: digits, or a letter first (HCPCS), or a letter last (CPT categories II and III, laboratory).
fn cpt(code: &[u8]) -> bool {
    let digit = u8::is_ascii_digit;
    code.len() == 5
        && code[1..4].iter().all(digit)
        && (digit(&code[0]) && (digit(&code[4]) || matches!(code[4], b'F' | b'T' | b'U' | b'A' | b'M'))
            || code[0].is_ascii_uppercase() && digit(&code[4]))
}

/// Digits, a hyphen, and the check digit of the LOINC manual (mod 10, which is Luhn's).
fn loinc(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else { return false };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=7).contains(&number.len()) || !plain(number) || check.len() != 1 || !plain(check) {
        return false;
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    u32::from(check.as_bytes()[0] - b'0') == (10 - sum % 10) % 10
}

/// The check digit of SNOMED CT identifiers (Verhoeff's dihedral group).
fn verhoeff(code: &str) -> bool {
    const SHUFFLE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let check = code.bytes().rev().enumerate().fold(0, |check, (place, byte)| {
        let shuffled = (0..place % 8).fold(byte - b'0', |digit, _| SHUFFLE[usize::from(digit)]);
        product(check, shuffled)
    });
    check == 0
}

/// The eleven digits of an NDC: labeler, product and package padded to 5-4-2.
fn eleven_digits(code: &str) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if code.len() == 11 && plain(code) {
        return Some(code.to_owned());
    }
    let mut parts = code.split('-');
    let (labeler, product, package) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = plain(labeler) && plain(product) && plain(package) && parts.next().is_none();
    (fits && labeler.len() <= 5 && product.len() <= 4 && package.len() <= 2)
        .then(|| format!("{labeler:0>5}{product:0>4}{package:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_however_it_is_written() {
        for (system, one, other) in [
            (CodeSystem::Icd10, "E11.9", "e119"),
            (CodeSystem::Icd10, "http://hl7.org/fhir/sid/icd-10-cm|E11.9", "E11.9"),
            (CodeSystem::Ndc, "0002-1433-80", "00002143380"),
            (CodeSystem::Ndc, "50242-040-62", "50242004062"),
            (CodeSystem::Cpt, "j1100", "J1100"),
            (CodeSystem::Cvx, "08", "8"),
            (CodeSystem::Rxnorm, "0860975", "860975"),
            (CodeSystem::Any, "abc", "ABC"),
        ] {
            assert_eq!(system.canonical(one), system.canonical(other), "{one} {other}");
        }
        assert_ne!(CodeSystem::Any.canonical("E11.9"), CodeSystem::Any.canonical("E119"));
    }

    #[test]
    fn codes_are_judged_by_shape_and_check_digit() {
        for (system, right, wrong) in [
            (CodeSystem::Loinc, "2345-7", "2345-6"),
            (CodeSystem::Loinc, "4548-4", "4548"),
            (CodeSystem::Snomed, "73211009", "73211008"),
            (CodeSystem::Snomed, "44054006", "44054060"),
            (CodeSystem::Icd10, "E11.9", "11.9"),
            (CodeSystem::Icd10, "0DTJ4ZZ", "0DOJ4ZZ"),
            (CodeSystem::Cpt, "99213", "9921"),
            (CodeSystem::Cpt, "J1100", "JJ100"),
            (CodeSystem::Ndc, "0002-1433-80", "0002143380"),
            (CodeSystem::Rxnorm, "860975", "86O975"),
            (CodeSystem::Cvx, "208", "2080"),
        ] {
            assert!(system.well_formed(right), "{right}");
            assert!(!system.well_formed(wrong), "{wrong}");
        }
    }

    #[test]
    fn systems_are_known_by_the_words_that_files_use() {
        for (text, system) in [
            ("http://loinc.org", CodeSystem::Loinc),
            ("LN", CodeSystem::Loinc),
            ("http://snomed.info/sct", CodeSystem::Snomed),
            ("SNOMED CT", CodeSystem::Snomed),
            ("ICD-10-CM", CodeSystem::Icd10),
            ("http://hl7.org/fhir/sid/icd-10-cm", CodeSystem::Icd10),
            ("http://www.nlm.nih.gov/research/umls/rxnorm", CodeSystem::Rxnorm),
            ("2.16.840.1.113883.6.88", CodeSystem::Rxnorm),
            ("HCPCS", CodeSystem::Cpt),
        ] {
            assert_eq!(CodeSystem::spelled(text), Some(system), "{text}");
        }
        assert_eq!(CodeSystem::spelled("LOCAL"), None);
    }
}
