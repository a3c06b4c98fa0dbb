//! Reading and writing the page: the few things that the island does with it.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, NodeList};

/// On fields that were drawn with an answer that was not taken.
const UNSAVED: &str = "data-unsaved";
/// Selects the fields of one criterion.
pub(super) const ANSWER: &str = "[data-answer]";
/// What the names of its texts end with.
const REASON: &str = ".reason";
const RATIONALE: &str = ".rationale";

/// The page.
pub(super) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

pub(super) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The elements of a list that are of a type.
pub(super) fn each<T: JsCast>(found: Result<NodeList, wasm_bindgen::JsValue>) -> Vec<T> {
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

/// The answer's fields of one criterion: a form to whoever fills it in.
#[derive(Clone)]
pub(super) struct AnswerForm {
    form: HtmlElement,
    /// The criterion's code.
    pub(super) code: String,
}

/// What a form says at one moment.
#[derive(Clone, PartialEq)]
pub(super) struct Entered {
    /// Empty where nothing is chosen.
    pub(super) level: String,
    pub(super) reason: String,
    pub(super) rationale: String,
}

impl Entered {
    /// Not applicable was chosen, and its reason is still to be typed.
    pub(super) fn lacks_reason(&self) -> bool {
        self.level == "na" && self.reason.trim().is_empty()
    }
}

impl AnswerForm {
    /// All on the page.
    pub(super) fn all() -> Vec<Self> {
        let Some(answers) = by_id("answers") else { return Vec::new() };
        let forms = each::<HtmlElement>(answers.query_selector_all(ANSWER));
        forms.into_iter().filter_map(Self::of).collect()
    }

    /// The one that an element belongs to: inside it, or in the same criterion.
    pub(super) fn around(element: &Element) -> Option<Self> {
        let section = element.closest("section.crit").ok()??;
        let form = section.query_selector(ANSWER).ok()??;
        Self::of(form.dyn_into().ok()?)
    }

    fn of(form: HtmlElement) -> Option<Self> {
        let code = form.get_attribute("data-answer")?;
        Some(Self { form, code })
    }

    /// The id of a part of the criterion: `pat-1-note`.
    pub(super) fn part_id(&self, part: &str) -> String {
        format!("{}-{part}", self.code.to_lowercase())
    }

    pub(super) fn part(&self, part: &str) -> Option<Element> {
        by_id(&self.part_id(part))
    }

    fn radios(&self) -> Vec<HtmlInputElement> {
        each(self.form.query_selector_all("input[type=radio]"))
    }

    /// Puts the keyboard's focus on the chosen level, or on the first.
    pub(super) fn focus(&self) {
        let radios = self.radios();
        if let Some(radio) = radios.iter().find(|radio| radio.checked()).or(radios.first()) {
            let _ = radio.focus();
        }
    }

    fn texts(&self) -> Vec<HtmlTextAreaElement> {
        each(self.form.query_selector_all("textarea"))
    }

    /// The five levels and *Not applicable*.
    pub(super) fn anchors(&self) -> Vec<HtmlElement> {
        each(self.form.query_selector_all(".anchor"))
    }

    fn hidden(&self) -> Option<HtmlInputElement> {
        self.form.query_selector("input[type=hidden]").ok()??.dyn_into().ok()
    }

    pub(super) fn revision(&self) -> i64 {
        self.hidden().and_then(|field| field.value().parse().ok()).unwrap_or(0)
    }

    pub(super) fn set_revision(&self, revision: i64) {
        if let Some(field) = self.hidden() {
            field.set_value(&revision.to_string());
        }
    }

    pub(super) fn entered(&self) -> Entered {
        let level = self.radios().into_iter().find(HtmlInputElement::checked).map(|radio| radio.value());
        let texts = self.texts();
        let text = |name: &str| {
            texts.iter().find(|text| text.name().ends_with(name)).map(HtmlTextAreaElement::value)
        };
        Entered {
            level: level.unwrap_or_default(),
            reason: text(REASON).unwrap_or_default(),
            rationale: text(RATIONALE).unwrap_or_default(),
        }
    }

    /// Puts an answer into the form, as when the one on file is kept.
    pub(super) fn enter(&self, answer: &Entered) {
        for radio in self.radios() {
            radio.set_checked(radio.value() == answer.level);
        }
        for text in self.texts() {
            text.set_value(if text.name().ends_with(REASON) { &answer.reason } else { &answer.rationale });
        }
    }

    /// Whether the form says something else than what was last saved.
    pub(super) fn is_changed(&self) -> bool {
        self.form.has_attribute(UNSAVED)
            || self.radios().iter().any(|radio| radio.checked() != radio.default_checked())
            || self.texts().iter().any(|text| text.default_value().is_ok_and(|saved| saved != text.value()))
    }

    /// Whether two answers are there to choose from.
    pub(super) fn has_choice(&self) -> bool {
        let part = self.part("conflict");
        part.is_some_and(|part| part.query_selector(".conflict").is_ok_and(|found| found.is_some()))
    }

    /// Remembers what was saved, for [`is_changed`](Self::is_changed).
    pub(super) fn set_saved(&self, answer: &Entered) {
        let _ = self.form.remove_attribute(UNSAVED);
        for radio in self.radios() {
            radio.set_default_checked(radio.value() == answer.level);
        }
        for text in self.texts() {
            let saved = if text.name().ends_with(REASON) { &answer.reason } else { &answer.rationale };
            // A text that nobody touched would follow its default: keep what it says.
            let shown = text.value();
            let _ = text.set_default_value(saved);
            text.set_value(&shown);
        }
    }
}
