//! A pattern of file names: `*` is anything, `?` one character; everything else is itself.

/// A pattern of file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name fits as a whole, in time that grows with the product of both lengths at most.
    pub(super) fn fits(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut at, mut seen) = (0, 0);
        // Where the last `*` stands, and up to where it reaches so far.
        let mut star: Option<(usize, usize)> = None;
        while seen < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == name[seen] => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((position, reach)) = star else { return false };
                    star = Some((position, reach + 1));
                    at = position + 1;
                    seen = reach + 1;
                }
            }
        }
        pattern[at..].iter().all(|rest| *rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_as_a_whole() {
        for (pattern, name, fits) in [
            ("claims_*.csv", "claims_2026-11.csv", true),
            ("claims_*.csv", "claims_2026-11.csv.part", false),
            ("claims_????.csv", "claims_2611.csv", true),
            ("*", "", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("panel.csv", "Panel.csv", false),
            ("*[1].csv", "x[1].csv", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
        }
        let long = "a".repeat(2000);
        assert!(!Pattern::new(&format!("{}b", "*a".repeat(50))).fits(&long));
    }
}
