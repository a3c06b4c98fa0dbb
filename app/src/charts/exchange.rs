//! The exchange map: partners that send on the left, those that receive on the right, the organization between. Line
//! width is the number of integrations, dash and mark the worst check.

use domain::check::Status;
use leptos::prelude::*;

use super::scale::{length, number};
use crate::ui::{Sign, status_word};

/// Which way data goes, seen from the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
    Both,
}

/// A partner on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapPartner {
    pub name: String,
    pub way: Way,
    /// `admissions, results · EVT`.
    pub what: String,
    pub integrations: usize,
    pub worst: Status,
}

/// Partners on a side; the table beside the map lists all.
const SIDE: usize = 8;
/// Units from one line to the next.
const PITCH: f64 = 50.0;
/// Letters of a name that fit beside a line.
const LETTERS: usize = 34;
/// Letters of what travels over it: they are smaller.
const SMALL_LETTERS: usize = 40;

/// Draws the first partners of each side. `center` is the organization's name.
#[component]
pub fn ExchangeMap(
    #[prop(into)] id: String,
    #[prop(into)] center: String,
    partners: Vec<MapPartner>,
) -> impl IntoView {
    let side = |other: Way| -> Vec<MapPartner> {
        let mine = partners.iter().filter(|partner| partner.way != other);
        mine.take(SIDE).cloned().collect()
    };
    let (left, right) = (side(Way::Out), side(Way::In));
    let rows = left.len().max(right.len()).max(2);
    let height = length(rows) * PITCH + 20.0;
    let all: usize = partners.iter().map(|partner| partner.integrations).sum();
    let title = format!("Exchange map of {center}: {}", counted(&partners));
    let middle = height / 2.0;
    let count = if all == 1 { "1 integration".to_owned() } else { format!("{all} integrations") };
    let names = wrapped(&center);
    let above = length(names.len()) * 8.0;
    let lines = names
        .into_iter()
        .enumerate()
        .map(|(i, line)| {
            let y = number(middle - above + length(i) * 16.0);
            view! { <text class="c-text" x="480" y=y text-anchor="middle">{line}</text> }
        })
        .collect_view();
    let draw = |partners: Vec<MapPartner>, from_left: bool| {
        let start = (height - length(partners.len()) * PITCH) / 2.0 + 22.0;
        let drawn = partners.into_iter().enumerate();
        drawn.map(|(i, partner)| line(&partner, from_left, start + length(i) * PITCH)).collect_view()
    };
    let (describe, labels) = (format!("{id}-desc"), format!("{id} {id}-desc"));
    view! {
        <svg class="map" viewBox=format!("0 0 960 {}", number(height)) role="img" aria-labelledby=labels>
            <title id=id>{title}</title>
            <desc id=describe>
                "Partners that send on the left, partners that receive on the right. Line width is the number of integrations, line pattern and mark the worst check. The table below lists the same."
            </desc>
            <rect class="c-node" x="400" y="6" width="160" height=number(height - 12.0)></rect>
            {lines}
            <text class="c-text-2" x="480" y=number(middle + above + 6.0) text-anchor="middle">{count}</text>
            {draw(left, true)}
            {draw(right, false)}
        </svg>
    }
    .into_any()
}

fn line(partner: &MapPartner, from_left: bool, y: f64) -> AnyView {
    let (x1, x2, text, anchor) =
        if from_left { ("240", "400", "228", "end") } else { ("560", "720", "732", "start") };
    let (tip, mark) = if from_left { (391, 309.0) } else { (711, 629.0) };
    let class = match partner.worst {
        Status::Pass => "m-pass",
        Status::Warn => "m-warn",
        Status::Fail => "m-fail",
        Status::Unknown => "m-unknown",
    };
    // A quarter more for each integration; more than six of them look like six.
    let width = 1.5 * length(partner.integrations.clamp(1, 6));
    let arrow = format!("M{tip} {}l9 5-9 5z", number(y - 5.0));
    let badge = (partner.worst != Status::Pass).then(|| {
        view! {
            <rect class="m-badge" x=number(mark) y=number(y - 11.0) width="22" height="22"></rect>
            <use_ class=class href=Sign::from(partner.worst).href() x=number(mark + 3.0) y=number(y - 8.0) width="16" height="16"></use_>
        }
    });
    view! {
        <line class=class stroke-width=number(width) x1=x1 x2=x2 y1=number(y) y2=number(y)></line>
        <path class="c-ink" d=arrow></path>
        {badge}
        <text class="c-text" x=text y=number(y - 1.0) text-anchor=anchor>{short(&partner.name, LETTERS)}</text>
        <text class="c-text-2" x=text y=number(y + 14.0) text-anchor=anchor>{short(&partner.what, SMALL_LETTERS)}</text>
    }
    .into_any()
}

/// `5 partners, 2 of them with a failing check`.
fn counted(partners: &[MapPartner]) -> String {
    let of = |status| partners.iter().filter(|partner| partner.worst == status).count();
    let noun = if partners.len() == 1 { "partner" } else { "partners" };
    let states = [Status::Fail, Status::Warn, Status::Unknown, Status::Pass]
        .into_iter()
        .filter(|status| of(*status) > 0)
        .map(|status| format!("{} {}", of(status), status_word(status).to_lowercase()));
    let states: Vec<_> = states.collect();
    if states.is_empty() {
        return format!("{} {noun}", partners.len());
    }
    format!("{} {noun}, worst check of each: {}", partners.len(), states.join(", "))
}

/// What fits beside a line.
fn short(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(letters - 1).collect::<String>().trim_end())
}

/// A name over lines of about eighteen letters, four at most.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 18 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(short(word, LETTERS)),
        }
    }
    lines.truncate(4);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(name: &str, way: Way, worst: Status) -> MapPartner {
        MapPartner { name: name.to_owned(), way, what: "claims · VBC".to_owned(), integrations: 2, worst }
    }

    fn drawn(partners: Vec<MapPartner>) -> String {
        let owner = Owner::new();
        owner.with(|| view! { <ExchangeMap id="map" center="Alder Regional Hospital" partners/> }.to_html())
    }

    #[test]
    fn who_sends_and_receives_stands_on_both_sides() {
        let html = drawn(vec![
            partner("Laboratory", Way::In, Status::Fail),
            partner("Registry", Way::Out, Status::Pass),
            partner("Network", Way::Both, Status::Warn),
        ]);
        let count = |text: &str| html.matches(text).count();
        assert_eq!((count(">Laboratory<"), count(">Registry<"), count(">Network<")), (1, 1, 2));
        // A line, and beside it a sign where the worst check does not pass.
        let drawn = ["m-fail", "m-warn", "m-pass"].map(|class| count(&format!("class=\"{class}\"")));
        assert_eq!(drawn, [2, 4, 1], "{html}");
        assert!(html.contains("3 partners, worst check of each: 1 fail, 1 warn, 1 pass"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn a_long_name_is_cut_and_many_partners_stay_in_the_table() {
        let many =
            (0..20).map(|i| partner(&format!("Partner {i} {}", "long ".repeat(20)), Way::In, Status::Pass));
        let html = drawn(many.collect());
        assert_eq!(html.matches("<line").count(), SIDE);
        assert!(html.contains('…'));
    }

    #[test]
    fn what_travels_is_said_in_full_with_its_domain() {
        let said = "admissions, discharges, transfers · NET";
        let html =
            drawn(vec![MapPartner { what: said.to_owned(), ..partner("Network", Way::In, Status::Pass) }]);
        assert!(html.contains(&format!(">{said}<")), "{html}");
    }

    #[test]
    fn a_name_is_laid_over_lines() {
        assert_eq!(wrapped("Alder Regional Hospital"), ["Alder Regional", "Hospital"]);
        assert_eq!(wrapped(""), [""; 0]);
    }
}
