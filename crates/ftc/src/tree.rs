//! A trace as a tree of lines: name, time and value of each step, below it what it was made of. What was not taken
//! stands in brackets.

use anstyle::{AnsiColor, Style};
use flowtime::trace::{Closed, Step, StepKind};

const NAME: Style = Style::new().bold();
const VALUE: Style = AnsiColor::Cyan.on_default();
const QUIET: Style = Style::new().dimmed();

/// The tree of `step`, with colours or without.
pub(crate) fn render(step: &Step, colors: bool) -> String {
    let mut tree = Tree { text: String::new(), colors, day: "" };
    tree.step(step, None, "", "");
    tree.text
}

struct Tree<'s> {
    text: String,
    colors: bool,
    /// The day that has been named.
    day: &'s str,
}

impl<'s> Tree<'s> {
    /// Writes a step whose own line begins with `first` and whose further lines begin with `rest`.
    fn step(&mut self, step: &'s Step, above: Option<usize>, first: &str, rest: &str) {
        self.text.push_str(first);
        self.head(step, above);
        self.text.push('\n');
        let bar = if step.steps.is_empty() { " " } else { "│" };
        if let Some(formula) = step.formula.as_ref().filter(|_| step.closed.is_none()) {
            self.line(rest, bar, &format!("= {formula}"));
        }
        for note in &step.notes {
            self.line(rest, bar, &format!("({note})"));
        }
        let last = step.steps.len().saturating_sub(1);
        for (at, child) in step.steps.iter().enumerate() {
            let (branch, below) = if at == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.step(child, Some(step.bin), &format!("{rest}{branch}"), &format!("{rest}{below}"));
        }
    }

    fn head(&mut self, step: &'s Step, above: Option<usize>) {
        let role = step.role.as_ref().map_or_else(String::new, |role| format!("{role} "));
        let when = if above == Some(step.bin) { String::new() } else { format!(" {}", self.when(step)) };
        let unit = step.unit.as_ref().filter(|_| !step.value.is_nan());
        let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
        let value = shown(step);
        if !step.taken {
            let value = if step.kind == StepKind::Constant { String::new() } else { format!(" = {value}{unit}") };
            self.paint(QUIET, &format!("[{role}{}{when}{value}]", step.text));
            return;
        }
        self.paint(QUIET, &role);
        let named = matches!(step.kind, StepKind::Computed | StepKind::Data | StepKind::Parameter);
        self.paint(if named { NAME } else { Style::new() }, &step.text);
        self.paint(QUIET, &when);
        if step.kind != StepKind::Constant {
            self.text.push_str(" = ");
            self.paint(VALUE, &format!("{value}{unit}"));
        }
        if let Some(place) = &step.place {
            self.paint(QUIET, &format!("  ← {place}"));
        }
        match step.closed {
            Some(Closed::Depth) => self.paint(QUIET, " …"),
            Some(Closed::Elsewhere) => self.paint(QUIET, " (opened elsewhere in this tree)"),
            None => {}
        }
    }

    /// `@ 14:35 (bin 175)`, with the date where none or another was named before, or the bin alone.
    fn when(&mut self, step: &'s Step) -> String {
        let parts = step.time.as_deref().and_then(|time| time.split_once('T'));
        let Some((day, clock)) = parts.and_then(|(day, clock)| Some((day, clock.get(..5)?))) else {
            return format!("@ bin {}", step.bin);
        };
        let date = if day == self.day { String::new() } else { format!("{day} ") };
        if self.day.is_empty() {
            self.day = day;
        }
        format!("@ {date}{clock} (bin {})", step.bin)
    }

    fn line(&mut self, indent: &str, bar: &str, text: &str) {
        self.text.push_str(&format!("{indent}{bar}  "));
        self.paint(QUIET, text);
        self.text.push('\n');
    }

    fn paint(&mut self, style: Style, text: &str) {
        if self.colors && !text.is_empty() && style != Style::new() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }
}

/// The value for people: truth values in words, numbers to six digits behind the point.
fn shown(step: &Step) -> String {
    match step.value {
        value if value.is_nan() => "missing".to_owned(),
        value if step.truth => (value != 0.0).to_string(),
        value if value == 0.0 || (1e-4..1e15).contains(&value.abs()) => {
            let text = format!("{value:.6}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text == "-0" { "0".to_owned() } else { text.to_owned() }
        }
        value => format!("{value:e}"),
    }
}
