//! The catalogue: one line a code. The long form that `ftc explain` prints is the code's page in `docs/errors/`.

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The model can't run.
    Error,
    /// The model runs, and probably not as meant.
    Warning,
}

/// One entry of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name, `FT0201`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is, in a few words.
    pub title: &'static str,
    /// The page of the manual, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// The page for people: what its failing model reports is said in words, not as the test that it also is.
    pub fn explanation(&self) -> String {
        let line = |line: &'static str| if line.starts_with("```diagnostics") { "reports:\n\n```text\n" } else { line };
        self.page.split_inclusive('\n').map(line).collect()
    }
}

macro_rules! catalogue {
    ($($name:ident = $id:literal $severity:ident $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: &Code = &Code {
                id: $id,
                severity: Severity::$severity,
                title: $title,
                page: include_str!(concat!("../../docs/errors/", $id, ".md")),
            };
        )*
        /// Every code, in ascending order.
        pub const ALL: &[&Code] = &[$($name),*];
    };
}

catalogue! {
    INVALID_YAML = "FT0001" Error "invalid YAML";
    LIMIT_EXCEEDED = "FT0002" Error "document too large";
    SCHEMA_VERSION = "FT0003" Error "unsupported schema version";
    MISSING_KEY = "FT0004" Error "missing key";
    UNKNOWN_KEY = "FT0005" Error "unknown key";
    DUPLICATE_KEY = "FT0006" Error "duplicate key";
    WRONG_SHAPE = "FT0007" Error "wrong kind of YAML value";
    VALUE_NOT_ALLOWED = "FT0008" Error "value not allowed";
    CONFLICTING_KEYS = "FT0009" Error "keys that do not go together";
    INVALID_ID = "FT0010" Error "invalid id";
    INVALID_WINDOW = "FT0011" Error "invalid window";
    TOPOLOGY_SHAPE = "FT0012" Error "invalid topology";
    PMF_SHAPE = "FT0013" Error "invalid distribution";
    DUPLICATE_OUTPUT = "FT0014" Error "two outputs of one name";
    TEST_SHAPE = "FT0015" Error "invalid model test";
    BAD_TOKEN = "FT0101" Error "character that means nothing here";
    BAD_NUMBER = "FT0102" Error "malformed number or duration";
    UNEXPECTED_TOKEN = "FT0103" Error "unexpected token";
    UNEXPECTED_END = "FT0104" Error "formula ends too early";
    EMPTY_FORMULA = "FT0105" Error "empty formula";
    COMMENT_STYLE = "FT0106" Error "comment outside a literal block";
    CHAINED_COMPARISON = "FT0107" Error "chained comparison";
    FORMULA_TOO_DEEP = "FT0108" Error "formula nested too deeply";
    FORMULA_TOO_LONG = "FT0109" Error "formula too long";
    BAD_OFFSET = "FT0110" Error "invalid bin offset";
    CYCLE = "FT0201" Error "series depend on each other within one bin";
    LOOKAHEAD = "FT0202" Error "recurrence that looks ahead";
    MISSING_INITIAL = "FT0203" Error "recurrence without a start";
    INITIAL_CYCLE = "FT0204" Error "start that depends on its own series";
    UNKNOWN_NAME = "FT0301" Error "unknown name in a formula";
    UNKNOWN_FUNCTION = "FT0302" Error "unknown function";
    UNKNOWN_SERIES = "FT0303" Error "reference to an unknown series or parameter";
    UNKNOWN_NODE = "FT0304" Error "reference to an unknown topology node";
    DUPLICATE_ID = "FT0305" Error "id declared twice";
    TYPE_MISMATCH = "FT0401" Error "number and truth value mixed up";
    ARGUMENT_COUNT = "FT0402" Error "wrong number of arguments";
    MISPLACED_DURATION = "FT0403" Error "duration where a number is expected";
    DURATION_NOT_WHOLE = "FT0404" Error "duration that is no whole number of bins";
    MISPLACED_NULL = "FT0405" Error "null where a value is required";
    MISPLACED_ARRAY = "FT0406" Error "array where a number is expected";
    BAD_KERNEL = "FT0407" Error "invalid kernel";
    NAMED_ARGUMENT = "FT0408" Error "invalid named argument";
    NOT_AN_INTEGER = "FT0409" Error "not a whole number known at compile time";
    INTEGER_RANGE = "FT0410" Error "whole number out of range";
    CONSTANT_RANGE = "FT0411" Error "constant out of range";
    NOT_UNIFORM = "FT0412" Error "value that differs per bin";
    NEEDS_WINDOW = "FT0413" Error "time of day without a window";
    ROLE_TYPE = "FT0414" Error "truth values in a topology role";
    SERIES_LENGTH = "FT0501" Error "series length mismatch";
    NOT_A_NUMBER = "FT0502" Error "cell that is no number";
    UNREADABLE_SOURCE = "FT0503" Error "unreadable source";
    SOURCE_HEADER = "FT0504" Error "wrong header or index in a source";
    UNKNOWN_PLACEHOLDER = "FT0601" Error "unknown placeholder";
    PLACEHOLDER_SYNTAX = "FT0602" Error "malformed placeholder";
    TEMPLATE_PARAMETER = "FT0603" Error "invalid template parameter";
    INCLUDE_CYCLE = "FT0604" Error "circular include";
    INCLUDE_OUTSIDE = "FT0605" Error "include outside the templates folder";
    UNQUOTED_PLACEHOLDER = "FT0606" Error "placeholder without quotes";
    TEMPLATE_VERSION = "FT0607" Error "unsupported template version";
    OLD_TEMPLATE = "FT0608" Warning "deprecated template version";
    INCLUDE_UNREADABLE = "FT0609" Error "unreadable include";
    NOT_A_CONDITION = "FT0610" Error "condition that is no truth value";
    MISTAKEN_KIND = "FT0611" Error "template instead of a model, or the reverse";
    INTERNAL = "FT0901" Error "internal error";
    UNUSED_SERIES = "FT1001" Warning "unused series";
    UNUSED_PARAMETER = "FT1002" Warning "unused parameter";
    SHADOWED_BUILTIN = "FT1003" Warning "name of a function";
    LONGER_THAN_GRID = "FT1004" Warning "window or lag longer than the grid";
    CONSTANT_CONDITION = "FT1005" Warning "condition that never changes";
    Q0_DIFFERS = "FT1006" Warning "`q0` differs from the queue's `initial`";
    EMPTY_OUTPUT = "FT1007" Warning "output pattern without effect";
    UNUSED_INITIAL = "FT1008" Warning "`initial` that nothing reads";
    DIVISION_BY_CONSTANT_ZERO = "FT1009" Warning "division by a constant zero";
    CLAMP_BOUNDS = "FT1010" Warning "`CLAMP` with its bounds the wrong way round";
    PERCENTILE_OF_ONE = "FT1011" Warning "percentile from 0 to 1";
    IDLE_CONSERVATION = "FT1012" Warning "conservation rule that checks nothing";
}

/// The code called `id`, in any case.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTRODUCTION: &str = "# The codes\n\nEvery message of FlowTime has a stable code. `ftc explain FT0201` prints its \
        page. Errors keep a model from running;\nwarnings don't.\n\n| code | severity | what it says |\n|---|---|---|\n";

    fn index() -> String {
        let line = |code: &&Code| {
            let severity = if code.severity == Severity::Error { "error" } else { "warning" };
            format!("| [{0}]({0}.md) | {severity} | {1} |\n", code.id, code.title)
        };
        ALL.iter().map(line).fold(INTRODUCTION.to_owned(), |page, line| page + &line)
    }

    #[test]
    fn the_index_of_the_codes_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors/README.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, index()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap();
        assert!(found == index(), "docs/errors/README.md is stale: run the tests with UPDATE=1");
    }

    #[test]
    fn the_explanation_says_what_is_reported() {
        for code in ALL {
            let page = code.explanation();
            assert!(!page.contains("```diagnostics"), "{page}");
            assert_eq!(page.contains("\nreports:\n\n```text\n"), code.page.contains("\n```diagnostics"), "{page}");
        }
    }

    #[test]
    fn codes_ascend_and_each_page_bears_its_title() {
        assert!(ALL.is_sorted_by_key(|code| code.id));
        for code in ALL {
            assert!(code.page.starts_with(&format!("# {}: {}\n", code.id, code.title)), "docs/errors/{}.md", code.id);
        }
    }
}
