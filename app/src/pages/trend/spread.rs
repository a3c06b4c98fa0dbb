//! All that is compared over time, however many: how their scores are spread.

use domain::benchmark::Summary;
use domain::scoring::display;
use leptos::prelude::*;
use service::trend::{Spread, SpreadAt};

use crate::charts::{PlotText, SpreadPlot};
use crate::ui::{Column, Day, Table, TableLook, date_of, day};
use crate::words::{plural, reading};

/// Every so many of the instants stand in the table.
const EVERY: usize = 6;

/// `count` is how many are compared.
pub(super) fn all_together(spread: &Spread, count: usize) -> AnyView {
    let numbers = |summary: &Summary| summary.numbers().map(|number| reading(number).at);
    let instants = spread.instants.iter().map(|instant| instant.summary.as_ref().map(numbers));
    let instants: Vec<Option<[f64; 5]>> = instants.collect();
    let text = PlotText {
        id: "spread".to_owned(),
        title: words(spread, count),
        desc: "Lines over time, 0 to 100 upwards: the median solid, the quartiles dashed, the lowest and the highest dotted. \
               The table below has the numbers."
            .to_owned(),
        along: along(spread),
    };
    let heading = format!("All {count} together");
    view! {
        <div class="keep">
            <h3>{heading}</h3>
            <div class="grid gap-small">
                <SpreadPlot text=text instants=instants/>
                {table(spread)}
            </div>
        </div>
    }
    .into_any()
}

fn date(instant: &SpreadAt) -> jiff::civil::Date {
    date_of(instant.at.timestamp())
}

/// The first day, the one in the middle and the last.
fn along(spread: &Spread) -> Vec<String> {
    let instants = &spread.instants;
    let places = [0, instants.len() / 2, instants.len().saturating_sub(1)];
    let mut days: Vec<String> = places
        .into_iter()
        .filter_map(|place| instants.get(place))
        .map(|instant| day(date(instant)))
        .collect();
    days.dedup();
    days
}

/// The chart in words.
fn words(spread: &Spread, count: usize) -> String {
    let mut known = spread.instants.iter().filter_map(|instant| Some((instant, instant.summary.as_ref()?)));
    let said = |(instant, summary): (&SpreadAt, &Summary)| {
        let [least, _, median, _, most] = summary.numbers().map(display);
        format!("{}: median {median}, {least} to {most}, of {}", day(date(instant)), summary.count)
    };
    let (first, last) = (known.next(), known.next_back());
    // Of a single day, how it ended.
    let first = first.filter(|(one, _)| last.is_none_or(|(other, _)| date(one) != date(other)));
    let ends = [first, last].into_iter().flatten().map(said);
    std::iter::once(format!("Proven scores of {}", plural(count, "assessment")))
        .chain(ends)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Some of the instants, the latest first, and of each day one: nothing else tells its lines from each other.
fn told_apart(spread: &Spread) -> Vec<&SpreadAt> {
    let mut some: Vec<&SpreadAt> = spread.instants.iter().rev().step_by(EVERY).collect();
    some.dedup_by_key(|instant| date(instant));
    some
}

fn table(spread: &Spread) -> AnyView {
    let columns = vec![
        Column::text("On"),
        Column::number("Lowest"),
        Column::number("1st quartile"),
        Column::number("Median"),
        Column::number("3rd quartile"),
        Column::number("Highest"),
        Column::number("n"),
    ];
    let rows = told_apart(spread).into_iter().map(row).collect_view();
    view! { <Table caption="How the scores are spread, latest first" columns=columns look=TableLook::Fold>{rows}</Table> }
        .into_any()
}

fn row(instant: &SpreadAt) -> AnyView {
    let shown = match &instant.summary {
        Some(summary) => summary.numbers().map(display),
        None => std::array::from_fn(|_| "–".to_owned()),
    };
    let [least, first, median, third, most] = shown;
    let count = instant.summary.as_ref().map_or(0, |summary| summary.count).to_string();
    view! {
        <tr>
            <th scope="row" class="nowrap"><Day date=date(instant)/></th>
            <td class="num" data-label="Lowest">{least}</td>
            <td class="num" data-label="1st quartile">{first}</td>
            <td class="num strong" data-label="Median">{median}</td>
            <td class="num" data-label="3rd quartile">{third}</td>
            <td class="num" data-label="Highest">{most}</td>
            <td class="num" data-label="n">{count}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::scoring::Exact;
    use service::UnixMillis;

    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Thirteen instants, so many hours apart, in which the scores rise from 0 to 12.
    fn spread(hours: i64) -> Spread {
        let at = |number: i64| SpreadAt {
            at: UnixMillis(number * hours * HOUR),
            summary: Summary::of(vec![Exact::new(i128::from(number), 1)]),
        };
        Spread { instants: (0..=12).map(at).collect() }
    }

    #[test]
    fn a_day_stands_in_the_table_once_with_how_it_ended() {
        let days = |spread: &Spread| told_apart(spread).iter().map(|one| one.at.0 / HOUR).collect::<Vec<_>>();
        assert_eq!(days(&spread(1)), [12]);
        assert_eq!(days(&spread(24)), [12 * 24, 6 * 24, 0]);
    }

    #[test]
    fn a_single_day_is_said_once() {
        assert_eq!(
            words(&spread(1), 2),
            "Proven scores of 2 assessments; 1 Jan 1970: median 12.0, 12.0 to 12.0, of 1"
        );
        let days = words(&spread(24), 2);
        assert!(
            days.contains("; 1 Jan 1970: median 0.0") && days.contains("; 13 Jan 1970: median 12.0"),
            "{days}"
        );
    }
}
