//! Validations of measures.

use store::record::MeasureValidation;

use super::reading::{Reading, day_text, number_text, word_of};

const TEST_DECK: [(&str, bool); 2] = [("passed", true), ("failed", false)];

pub(super) fn read(reading: &mut Reading<'_>) -> MeasureValidation {
    let validation = MeasureValidation {
        measure: reading.text("measure"),
        contract: reading.text("contract"),
        version: reading.text("version"),
        specification_dated: reading.day("specification_dated"),
        logic_changed: reading.day("logic_changed"),
        validator: reading.text("validator"),
        validated: reading.needed_day("validated"),
        charts: reading.count("charts"),
        agreeing: reading.count("agreeing"),
        test_deck: reading.choice("test_deck", &TEST_DECK),
        payer_compared: reading.day("payer_compared"),
        completeness_pct: reading.percent("completeness_pct"),
        gaps_recomputed: reading.day("gaps_recomputed"),
        differences: reading.text("differences"),
    };
    if validation.agreeing > validation.charts {
        reading.problem("agreeing", format!("Only {} charts were looked at.", validation.charts));
    }
    validation
}

pub(super) fn shown(validation: &MeasureValidation) -> Vec<String> {
    vec![
        validation.measure.clone(),
        validation.contract.clone(),
        validation.version.clone(),
        day_text(validation.specification_dated),
        day_text(validation.logic_changed),
        validation.validator.clone(),
        day_text(Some(validation.validated)),
        validation.charts.to_string(),
        validation.agreeing.to_string(),
        validation.test_deck.map(|passed| word_of(&TEST_DECK, &passed)).unwrap_or_default(),
        day_text(validation.payer_compared),
        number_text(validation.completeness_pct),
        day_text(validation.gaps_recomputed),
        validation.differences.clone(),
    ]
}
