//! The engine as the worker's script calls it.

use domain::reconcile::{Plan, Side, SideReader, SideTable, columns, join};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The names of a file's columns, from its first bytes.
#[wasm_bindgen]
pub fn columns_of(head: &[u8]) -> Result<Vec<String>, JsError> {
    Ok(columns(head)?)
}

/// One reconciliation: the left file's bytes, its end, the right file's bytes, its end, the outcome.
#[wasm_bindgen]
pub struct Reconciliation {
    plan: Plan,
    reader: SideReader,
    read: Vec<SideTable>,
}

#[wasm_bindgen]
impl Reconciliation {
    /// `plan` is JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &str) -> Result<Self, JsError> {
        let plan: Plan = serde_json::from_str(plan)?;
        Ok(Self { reader: SideReader::new(&plan, Side::Left), plan, read: Vec::new() })
    }

    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), JsError> {
        Ok(self.reader.feed(chunk)?)
    }

    pub fn end_file(&mut self) -> Result<(), JsError> {
        let next = SideReader::new(&self.plan, Side::Right);
        self.read.push(std::mem::replace(&mut self.reader, next).finish()?);
        Ok(())
    }

    /// The aggregate as JSON, then in sentences what it says.
    pub fn outcome(&self) -> Result<Vec<String>, JsError> {
        let [left, right] = &self.read[..] else { return Err(JsError::new("two files are needed")) };
        let aggregate = join(&self.plan, left, right);
        let json = serde_json::to_string_pretty(&aggregate)?;
        Ok(std::iter::once(json)
            .chain(aggregate.messages().into_iter().map(|message| message.text))
            .collect())
    }
}
