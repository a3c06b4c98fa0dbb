//! The readable text of a page.

/// The text between the tags, white space folded, the commonest entities replaced. Scripts and styles are left out.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        out.push(' ');
        rest = after_tag(&rest[open..]);
    }
    out.push_str(rest);
    let out = out.replace("&nbsp;", " ").replace("&#160;", " ").replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word as it is looked for: white space folded, lower case.
pub(super) fn folded(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What follows a tag, a comment, or a whole script or style element.
fn after_tag(at_tag: &str) -> &str {
    if let Some(comment) = at_tag.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let element = ["script", "style"].into_iter().find(|element| names(&at_tag[1..], element));
    let tag = element.map_or(Some(at_tag), |element| closing_tag(&at_tag[1..], element)).unwrap_or_default();
    tag.split_once('>').map_or("", |(_, rest)| rest)
}

/// Whether a tag, without its bracket, is one of an element.
fn names(tag: &str, element: &str) -> bool {
    tag.get(..element.len()).is_some_and(|name| name.eq_ignore_ascii_case(element))
}

/// The text from an element's closing tag on. Looks at each byte once: a page may hold a million elements.
fn closing_tag<'a>(text: &'a str, element: &str) -> Option<&'a str> {
    text.match_indices("</").map(|(at, _)| &text[at..]).find(|rest| names(&rest[2..], element))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn tags_scripts_and_comments_are_not_text() {
        let html =
            "<h1>Data&nbsp;access</h1><script>var a = '<b>no</b>'</script><!-- <p>no --><p>by\n API</p>";
        assert_eq!(text(html), "Data access by API");
    }

    #[test]
    fn what_is_left_open_hides_the_rest() {
        assert_eq!(text("one <script>two </b> three"), "one");
        assert_eq!(text("one <!-- two"), "one");
        assert_eq!(text("one <é two"), "one");
    }
}
