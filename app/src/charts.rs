//! Charts as inline SVG: pure functions of plain data, drawn on the server.
//!
//! [`Ladder`], [`CoverLadder`], [`DomainBars`], [`Bar`], [`Meter`], [`Radar`], [`StatusStrip`], [`ExchangeMap`],
//! [`LatencyPlot`], [`ExpiryPlot`], [`SpreadPlot`], [`Spark`], [`ClimbPlot`], [`CoursePlot`], [`BoxPlot`].
//!
//! Claimed is hatched and behind, proven solid and in front, contradicted hatched in red, unknown a thin
//! line, a threshold an ink tick: pattern, height and shape differ, so that each reads in grey. Every drawing
//! says its numbers in `<title>`, and has a table or list beside it. Ids inside begin with the `id` given,
//! which is unique on the page.

mod bars;
mod boxes;
mod climb;
mod course;
mod exchange;
mod ladder;
mod plot;
mod radar;
mod scale;
mod strip;

// Whole modules, since a component's props are public with it.
pub use bars::*;
pub use boxes::*;
pub use climb::*;
pub use course::*;
pub use exchange::*;
pub use ladder::*;
pub use plot::*;
pub use radar::*;
pub use scale::Reading;
pub use strip::*;
