//! Words of a user in messages: the one name near enough to what was written, and the beginning of what is too long.
//! Comparing names costs the product of their lengths, so those whose lengths alone tell them apart are not compared.

/// The candidate nearest to `name`, if one is near: another case, or at most a third of the characters mistyped.
/// Of equally near ones the first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let length = name.chars().count();
    let allowed = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&folded, &candidate.to_lowercase());
        if distance <= allowed
            && best.is_none_or(|(least, _)| distance < least)
            && !is_unlike(&folded, candidate, distance)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// One-letter names are near to each other only by case.
fn is_unlike(name: &str, candidate: &str, distance: usize) -> bool {
    distance > 0 && name.chars().count().max(candidate.chars().count()) <= distance + 1
}

/// The longest text that stands whole in a message, in characters.
const LONGEST_EXCERPT: usize = 40;

/// The beginning of a text, short enough for a message and on one line.
pub fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST_EXCERPT).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{excerpt, nearest};

    #[test]
    fn an_excerpt_is_at_most_forty_characters_on_one_line() {
        assert_eq!(excerpt("a\nb"), "a b");
        assert_eq!(excerpt(&"é".repeat(40)), "é".repeat(40));
        assert_eq!(excerpt(&"é".repeat(41)), "é".repeat(40) + "…");
    }

    fn check_nearest(name: &str, candidates: &[&str], expect: Option<&str>) {
        assert_eq!(nearest(name, candidates.iter().copied()), expect, "{name} among {candidates:?}");
    }

    #[test]
    fn a_typo_or_another_case_is_near_and_another_word_is_not() {
        check_nearest("arrivls", &["served", "arrivals"], Some("arrivals"));
        check_nearest("Served", &["arrivals", "served"], Some("served"));
        check_nearest("rollingmax", &["ROLLING_MIN", "ROLLING_MAX"], Some("ROLLING_MAX"));
        check_nearest("queue", &["latency"], None);
        check_nearest("a", &["b"], None);
        check_nearest("ab", &["ac"], None);
        check_nearest("capa", &["capb"], Some("capb"));
        check_nearest("Q", &["q"], Some("q"));
    }
}
