//! Forgiving names: what a person types against what the code list says.

/// A name with case, punctuation, spaces and filler words folded away, so that
/// "Bristol, City of", "bristol city" and "City of Bristol" can meet.
#[must_use]
pub fn fold_name(name: &str) -> String {
    const FILLERS: [&str; 10] = [
        "the", "of", "city", "county", "borough", "london", "royal", "council", "upon", "district",
    ];
    let lower = name
        .to_lowercase()
        .replace('&', " and ")
        .replace(['\'', '’', '.'], "");
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !FILLERS.contains(word))
        .collect();
    // "City of London" is all filler; then every word counts.
    if kept.is_empty() {
        kept = words;
    }
    kept.concat()
}

/// Number of single-letter insertions, deletions, substitutions and neighbouring swaps between two
/// texts (optimal string alignment distance; Damerau 1964, doi:10.1145/363958.363994).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitution.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// Up to three candidates close to what was typed, nearest first.
#[must_use]
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = fold_name(typed);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = fold_name(candidate);
            let distance =
                if !folded.is_empty() && (other.starts_with(&folded) || other.contains(&folded)) {
                    0
                } else {
                    edit_distance(&folded, &other)
                };
            (distance <= (folded.chars().count() / 3).max(2)).then_some((distance, candidate))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored
        .into_iter()
        .take(3)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// The hint that follows an unknown name: `did you mean "Hackney" or "Halton"?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let found: Vec<String> = nearest(typed, candidates)
        .into_iter()
        .map(|name| format!("{name:?}"))
        .collect();
    let (last, rest) = found.split_last()?;
    Some(if rest.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", rest.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_written_differently_folds_alike() {
        for (a, b) in [
            ("Bristol, City of", "bristol"),
            ("Isles Of Scilly", "Isles of Scilly"),
            ("Bedford Borough", "Bedford"),
            ("St. Helens", "St Helens"),
            ("Westmorland & Furness", "Westmorland and Furness"),
            ("Kingston upon Hull, City of", "Kingston-upon-Hull"),
        ] {
            assert_eq!(fold_name(a), fold_name(b), "{a} / {b}");
        }
        assert_eq!(fold_name("City of London"), "cityoflondon");
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_name() {
        let names = ["Hackney", "Halton", "Haringey", "Hartlepool"];
        assert_eq!(nearest("Hackeny", names), ["Hackney"]);
        assert_eq!(
            did_you_mean("Hackeny", names).as_deref(),
            Some("did you mean \"Hackney\"?")
        );
        assert_eq!(did_you_mean("Zzzzzz", names), None);
    }

    #[test]
    fn a_swap_is_one_slip() {
        assert_eq!(edit_distance("ab", "ba"), 1);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
