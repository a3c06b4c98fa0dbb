//! Health checks as the domain sees them: kinds, parameters, observations, conditions, and what a run's result means.
//!
//! Nothing here touches a network; crate `probe` does and answers with an [`Outcome`].

mod condition;
mod finalized;
mod kind;
mod kinds;
mod latency;
mod observation;
mod outcome;
mod parameter;
mod reported;
mod state;

pub use condition::{Condition, ConditionError, ConditionResult, Judgement, Operator, judge};
pub use finalized::{Finalized, Sighting};
pub use kind::{CheckKind, Group, ObservationSpec, ObservationType, ParameterSpec, ParameterType};
pub use kinds::CheckKinds;
pub use latency::{LatencySketch, LatencySketchError};
pub use observation::{Observations, Value, readable_number};
pub use outcome::{Message, Outcome, Reach, Requirement, Severity, Status};
pub use parameter::{Fault, Parameter, ParameterError, Parameters};
pub use reported::ReportedError;
pub use state::{BindingState, ProbeRecord};
