use super::*;

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(number * 86_400).unwrap()
}

/// The pages, as `first-end node node…`, of cells `(node, day, rows)` in the days 0 to 10.
fn check_pages(cells: &[(&str, i64, u64)], limit: u64, expected: &[&str]) {
    let query = Query { start: day(0), end: day(10), nodes: vec![] };
    let cell = |&(node, at, rows): &(&str, i64, u64)| Cell { node: node.to_owned(), day: day(at), rows, bytes: rows };
    let pages = plan(&query, cells.iter().map(cell).collect(), PageLimit { rows: limit, bytes: 1_000 });
    let text = |page: &Page| {
        let days = |time: Timestamp| time.as_second() / 86_400;
        format!("{}-{} {}", days(page.start), days(page.end), page.nodes.join(" "))
    };
    assert_eq!(pages.iter().map(text).collect::<Vec<_>>(), expected);
}

#[test]
fn nodes_share_a_page_while_they_fit() {
    check_pages(&[("a", 0, 5), ("b", 0, 5), ("c", 0, 1)], 10, &["0-10 a b", "0-10 c"]);
    check_pages(&[("b", 3, 4), ("a", 0, 5), ("a", 1, 5)], 10, &["0-10 a", "0-10 b"]);
    check_pages(&[], 10, &[]);
}

#[test]
fn a_node_too_large_comes_by_days_and_in_its_turn() {
    let cells = [("a", 0, 1), ("b", 2, 6), ("b", 3, 4), ("b", 7, 6), ("c", 0, 1)];
    check_pages(&cells, 10, &["0-10 a", "2-4 b", "7-8 b", "0-10 c"]);
    check_pages(&[("a", 8, 50), ("a", 9, 50)], 10, &["8-9 a", "9-10 a"]);
}

#[test]
fn bytes_count_as_rows_do() {
    check_pages(&[("a", 0, 600), ("b", 0, 600)], 5_000, &["0-10 a", "0-10 b"]);
    check_pages(&[("a", 0, u64::MAX), ("a", 1, u64::MAX)], 5_000, &["0-1 a", "1-2 a"]);
}

#[test]
fn a_page_names_no_more_nodes_than_a_request_holds() {
    let cells = (0..4_001).map(|number| Cell { node: format!("{number:05}"), day: day(0), rows: 1, bytes: 1 });
    let query = Query { start: day(0), end: day(1), nodes: vec![] };
    let pages = plan(&query, cells.collect(), PageLimit { rows: 100_000, bytes: 100_000 });
    assert_eq!(pages.iter().map(|page| page.nodes.len()).collect::<Vec<_>>(), [2_000, 2_000, 1]);
}
