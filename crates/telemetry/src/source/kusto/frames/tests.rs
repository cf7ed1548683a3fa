use super::super::record::NodeName;
use super::*;

/// What comes of an answer: the nodes, or the message.
fn check(body: &str, expected: Result<&[&str], &str>) {
    let read = read::<NodeName>(body.as_bytes());
    let names = read.map(|names| names.into_iter().map(|name| name.0).collect::<Vec<_>>());
    let expected = expected.map(|names| names.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(names.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{body}");
}

const END: &str = r#"{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}"#;
const HEADER: &str =
    r#"{"FrameType":"TableHeader","TableId":1,"TableKind":"PrimaryResult","Columns":[{"ColumnName":"node"}]}"#;

fn table(rows: &str) -> String {
    let head = r#""FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","Columns":[{"ColumnName":"node"}]"#;
    format!("{{{head},\"Rows\":{rows}}}")
}

#[test]
fn a_table_is_whole_when_the_last_frame_says_so() {
    let table = table(r#"[["a"],["b"]]"#);
    check(&format!("[{table},{END}]"), Ok(&["a", "b"]));
    check(&format!("[{table}]"), Err("the answer was cut off after 2 rows"));
    check(&format!("[{table},{END}"), Err("the answer was cut off after 2 rows"));
    check(&format!("[{table},{END}]x"), Err("the answer can't be read: trailing characters at line 1 column 193"));
    check("", Err("the answer was cut off after 0 rows"));
}

#[test]
fn every_cut_is_refused() {
    let whole = format!(
        "[{HEADER},{{\"FrameType\":\"TableFragment\",\"TableFragmentType\":\"DataAppend\",\"TableId\":1,\"Rows\":[[\"a\"]]}},{{\"FrameType\":\"TableCompletion\",\"TableId\":1,\"RowCount\":1}},{END}]"
    );
    check(&whole, Ok(&["a"]));
    for end in 0..whole.len() {
        assert!(matches!(read::<NodeName>(&whole.as_bytes()[..end]), Err(KustoError::Cut { .. })), "{}", &whole[..end]);
    }
}

#[test]
fn an_open_table_is_no_whole_one() {
    check(&format!("[{HEADER},{END}]"), Err("the answer was cut off after 0 rows"));
}

#[test]
fn frames_in_a_wrong_order_are_refused() {
    let fragment = r#"{"FrameType":"TableFragment","TableId":7,"Rows":[["a"]]}"#;
    let message = "the answer can't be read: a fragment of a table without a header";
    check(&format!("[{HEADER},{fragment},{END}]"), Err(message));
    let two = format!("[{0},{0},{END}]", table("[]"));
    check(&two, Err("the answer can't be read: 2 tables `PrimaryResult`, expected 1"));
    check("[5]", Err("the answer can't be read: invalid type: integer `5`, expected a frame at line 1 column 3"));
    check("{}", Err("the answer can't be read: found an object, expected an array of frames at line 1 column 2"));
}

#[test]
fn errors_without_words_are_errors() {
    let failed = r#"{"FrameType":"DataSetCompletion","HasErrors":true}"#;
    let message = "the answer is not whole: it has errors, of which it says nothing";
    check(&format!("[{},{failed}]", table("[]")), Err(message));
    let cancelled = r#"{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":true}"#;
    check(&format!("[{},{cancelled}]", table("[]")), Err("the answer is not whole: the cluster cancelled the query"));
    let exception = table(r#"[["a"],{"Exceptions":["Query execution lacks memory"]}]"#);
    check(&format!("[{exception},{END}]"), Err("the answer is not whole: Query execution lacks memory"));
}

#[test]
fn an_answer_has_no_more_rows_than_kusto_gives() {
    let rows = vec!["[\"a\"]"; MOST_ROWS + 1].join(",");
    check(&format!("[{},{END}]", table(&format!("[{rows}]"))), Err("the answer is not whole: more than 500,000 rows"));
}
