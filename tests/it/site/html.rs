//! Enough of HTML to hold pages that we wrote against rules: tags with their attributes, and what lies between them.

/// An opening tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute; empty for one without.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The level of a heading.
    pub(super) fn heading(&self) -> Option<u8> {
        let digit = self.name.strip_prefix('h')?;
        digit.parse().ok().filter(|level| (1..=6).contains(level))
    }
}

/// Every opening tag in order.
pub(super) fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let end = end_of_tag(rest);
        found.push(tag(&rest[..end]));
        rest = &rest[end..];
    }
    found
}

/// Where a tag ends: at the first `>` outside quotes.
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag does not end: {}", &text[..text.len().min(80)]);
}

fn tag(text: &str) -> Tag {
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(|letter: char| letter.is_whitespace() || letter == '=')
            .unwrap_or(rest.len());
        let own = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inside, after) = quoted.split_once('"').unwrap();
            value = inside.replace("&#x2f;", "/").replace("&amp;", "&");
            rest = after;
        }
        attributes.push((own, value));
    }
    Tag {
        name: name.trim_end_matches('/').to_owned(),
        attributes,
    }
}

/// What lies between the tags of a name that holds none of its own kind.
pub(super) fn pieces<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        if !rest.starts_with(|first: char| first == '>' || first.is_whitespace()) {
            continue;
        }
        let start = end_of_tag(rest) + 1;
        let Some(end) = rest[start..].find(&close) else {
            break;
        };
        found.push(&rest[start..start + end]);
        rest = &rest[start + end..];
    }
    found.into_iter()
}

#[test]
fn tags_are_read_with_their_attributes() {
    let text =
        "<p>a &lt; b</p><a href=\"x.html?a=1\" hidden class=\"n\">c > d</a><br/><svg a=\"1 > 0\"/>";
    let found = tags(text);
    let names: Vec<&str> = found.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "a", "br", "svg"]);
    assert_eq!(found[1].get("href"), Some("x.html?a=1"));
    assert_eq!(
        (found[1].get("hidden"), found[1].get("id")),
        (Some(""), None)
    );
    assert_eq!(found[3].get("a"), Some("1 > 0"));
    assert_eq!(pieces(text, "a").collect::<Vec<_>>(), ["c > d"]);
}
