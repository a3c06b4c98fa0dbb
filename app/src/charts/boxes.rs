//! Box plots of 0 to 100: how the results of peers are spread, and where one's own stands.

use leptos::prelude::*;

use super::scale::{Reading, percent};

/// Five numbers, least first.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxNumbers {
    pub least: Reading,
    pub first_quartile: Reading,
    pub median: Reading,
    pub third_quartile: Reading,
    pub most: Reading,
}

impl BoxNumbers {
    /// `least 41.0, quartiles 52.5, 60.1 and 71.0, most 83.2`.
    fn words(&self) -> String {
        format!(
            "least {}, quartiles {}, {} and {}, most {}",
            self.least.text,
            self.first_quartile.text,
            self.median.text,
            self.third_quartile.text,
            self.most.text
        )
    }
}

/// A line from the least to the most, an outlined box over the middle half, an ink tick at the median, and the own value as
/// a solid mark through all of it. `what` begins the words (`PAT, 8 organizations`).
#[component]
pub fn BoxPlot(
    #[prop(into)] id: String,
    #[prop(into)] what: String,
    numbers: BoxNumbers,
    #[prop(optional_no_strip)] own: Option<Reading>,
) -> impl IntoView {
    let own_words = own.as_ref().map_or_else(String::new, |own| format!("; yours {}", own.text));
    let title = format!("{what}: {}{own_words}", numbers.words());
    let at = |reading: &Reading| percent(reading.at);
    let whisker = |reading: &Reading| {
        let x = at(reading);
        view! { <line class="c-axis" x1=x.clone() x2=x y1="5" y2="13"></line> }
    };
    let middle = percent(numbers.third_quartile.at - numbers.first_quartile.at);
    let own = own.map(|own| {
        // As wide as a thick line, and inside the drawing at both ends.
        let x = percent(own.at * 0.99);
        view! { <rect class="c-proven" x=x y="0" width="1%" height="18"></rect> }
    });
    view! {
        <svg class="bar" role="img" aria-labelledby=id>
            <title id=id.clone()>{title}</title>
            <rect class="c-track" width="100%" y="1" height="16"></rect>
            <line class="c-axis" x1=at(&numbers.least) x2=at(&numbers.most) y1="9" y2="9"></line>
            {whisker(&numbers.least)}
            {whisker(&numbers.most)}
            <rect class="c-node" x=at(&numbers.first_quartile) y="3" width=middle height="12"></rect>
            <line class="c-mark" x1=at(&numbers.median) x2=at(&numbers.median) y1="2" y2="16"></line>
            {own}
        </svg>
    }
    .into_any()
}
