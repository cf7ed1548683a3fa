//! The results of tests as JUnit's XML: a suite for each model, a case for each test. A model with errors is a case of
//! its own that ended in an error.

use std::time::Duration;

use flowtime_runs::TestResult;

use super::{Tested, Totals, described};

/// The whole document.
pub(super) fn document(tested: &[Tested], totals: &Totals) -> String {
    let Totals { passed, failed, broken, time, .. } = totals;
    let counts = counts(passed + failed + broken, *failed, *broken, *time);
    let suites: String = tested.iter().map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ftc test\" {counts}>\n{suites}</testsuites>\n"
    )
}

fn suite(model: &Tested) -> String {
    let failed = model.results.iter().filter(|result| !result.problems.is_empty()).count();
    let broken = usize::from(model.broken.is_some());
    let time = model.results.iter().map(|result| result.time).sum();
    let counts = counts(model.results.len() + broken, failed, broken, time);
    let name = escaped(&model.name);
    let error = model.broken.as_ref().map_or_else(String::new, |problem| error(&name, problem));
    let cases: String = model.results.iter().map(|result| case(result, model)).collect();
    format!("  <testsuite name=\"{name}\" {counts}>\n{error}{cases}  </testsuite>\n")
}

/// The case of a model that no test could run of.
fn error(class: &str, problem: &str) -> String {
    let text = escaped(problem.trim_end());
    format!(
        "    <testcase name=\"check\" classname=\"{class}\" time=\"0\">\n      \
         <error message=\"the model has errors\">{text}</error>\n    </testcase>\n"
    )
}

fn case(result: &TestResult, model: &Tested) -> String {
    let (name, class, time) = (escaped(&result.name), escaped(&model.name), seconds(result.time));
    let head = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"{time}\"");
    let Some(first) = result.problems.first() else {
        return format!("{head}/>\n");
    };
    let message = escaped(&first.to_string());
    let text: String = result.problems.iter().map(|problem| described(problem, &model.sources)).collect();
    let text = escaped(text.trim_end());
    format!("{head}>\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>\n")
}

fn counts(tests: usize, failures: usize, errors: usize, time: Duration) -> String {
    let time = seconds(time);
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time}\"")
}

fn seconds(time: Duration) -> String {
    format!("{:.6}", time.as_secs_f64())
}

/// `text` for attributes and contents; what XML can't hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character if character.is_ascii_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_is_escaped_for_attributes_and_contents() {
        assert_eq!(escaped("a < \"b\" & c > d\n"), "a &lt; &quot;b&quot; &amp; c &gt; d&#10;");
        assert_eq!(escaped("\u{1b}[31m\u{ffff}"), "\u{fffd}[31m\u{fffd}");
    }
}
