//! The one name near enough to what was written to be worth a suggestion.

/// The candidate nearest to `name`, if one is near: another case, or at most a third of the characters mistyped. Of
/// equally near ones the first.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let length = name.chars().count();
    let allowed = (length / 3).max(1);
    let distances = candidates.into_iter().filter_map(|candidate| {
        let is_comparable = candidate.chars().count().abs_diff(length) <= allowed;
        let distance = is_comparable.then(|| strsim::osa_distance(&folded, &candidate.to_lowercase()))?;
        (distance <= allowed && distance < length).then_some((distance, candidate))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_or_another_case_is_near_and_another_word_is_not() {
        let check = |name, expected| assert_eq!(nearest(name, ["served", "arrivals", "q"]), expected, "{name}");
        check("arivals", Some("arrivals"));
        check("SERVED", Some("served"));
        check("latency", None);
        check("x", None);
        check("Q", Some("q"));
    }
}
