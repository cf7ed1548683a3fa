//! Words of other tools for what a model calls otherwise: keys, kinds and units. Looked up before the nearest spelling,
//! for `min` is nearer to `mean` than to `minutes`.

/// Our word, and what others say for it, in lower case.
const WORDS: &[(&str, &[&str])] = &[
    ("id", &["name"]),
    ("nodes", &["series"]),
    ("expr", &["expression", "formula", "equation"]),
    ("const", &["csv", "constant", "data", "file", "input"]),
    ("source", &["file", "path", "csv", "url"]),
    ("values", &["data"]),
    ("initial", &["init", "start", "x0"]),
    ("binSize", &["size", "step"]),
    ("binUnit", &["unit", "units"]),
    ("bins", &["length", "count"]),
    ("minutes", &["m", "min", "mins", "minute"]),
    ("hours", &["h", "hr", "hrs", "hour"]),
    ("days", &["d", "day", "daily"]),
    ("weeks", &["w", "wk", "wks", "week"]),
    ("lambda", &["rate", "mean"]),
    ("stddev", &["std", "sd", "sigma", "scale"]),
    ("mean", &["mu", "loc"]),
];

/// The candidate that `word` stands for in other tools.
pub fn meant<'k>(word: &str, mut candidates: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    candidates.find(|candidate| WORDS.iter().any(|(ours, theirs)| ours == candidate && theirs.contains(&word.as_str())))
}
