//! Words for roles, sizes, states and counts.

use domain::scoring::{EvidenceDuration, EvidenceState};
use service::record::{AssessmentState, Role, SizeBand};

/// `Owner`.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Contributor => "Contributor",
        Role::Assessor => "Assessor",
        Role::Consultant => "Consultant",
        Role::Owner => "Owner",
    }
}

/// `21 to 150 physicians`.
pub fn size_words(size: SizeBand) -> &'static str {
    match size {
        SizeBand::UpTo6 => "1 to 6 physicians",
        SizeBand::UpTo20 => "7 to 20 physicians",
        SizeBand::UpTo150 => "21 to 150 physicians",
        SizeBand::Above150 => "151 or more physicians",
    }
}

/// `21–150`: how many physicians.
pub fn size_short(size: SizeBand) -> &'static str {
    match size {
        SizeBand::UpTo6 => "1–6",
        SizeBand::UpTo20 => "7–20",
        SizeBand::UpTo150 => "21–150",
        SizeBand::Above150 => "151+",
    }
}

/// `draft`.
pub fn assessment_state_word(state: AssessmentState) -> &'static str {
    match state {
        AssessmentState::Draft => "draft",
        AssessmentState::Submitted => "submitted",
        AssessmentState::InReview => "in review",
        AssessmentState::ChangesRequested => "changes requested",
        AssessmentState::Final => "final",
    }
}

/// `Standard, good for 12 months`.
pub fn duration_word(duration: EvidenceDuration) -> &'static str {
    match duration {
        EvidenceDuration::Standard => "Standard, good for 12 months",
        EvidenceDuration::Operational => "Operational, good for 6 months",
        EvidenceDuration::Charter => "Charter, good for 24 months",
    }
}

/// `Waits for review`.
pub fn evidence_state_word(state: EvidenceState) -> &'static str {
    match state {
        EvidenceState::Submitted => "Not reviewed",
        EvidenceState::Accepted => "Accepted",
        EvidenceState::Rejected => "Rejected",
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
pub fn ordinal(number: u32) -> String {
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// `1 finding`, `2 findings`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_of_the_teens_end_in_th() {
        let shown = [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal);
        assert_eq!(shown, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
    }
}
