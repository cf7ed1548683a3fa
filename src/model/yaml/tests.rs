use proptest::prelude::*;

use super::*;
use crate::diagnostics::Diagnostic;

fn parse_text(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let tree = parse(FileId(0), text, &mut sink);
    (tree, sink.finish())
}

fn entry<'a>(node: &'a Node, key: &str) -> &'a Node {
    let NodeKind::Mapping(entries) = &node.kind else { panic!("a mapping") };
    &entries.iter().find(|entry| &*entry.key.value == key).unwrap().value
}

fn scalar_of(node: &Node) -> &Scalar {
    let NodeKind::Scalar(scalar) = &node.kind else { panic!("a scalar") };
    scalar
}

fn scalars(node: &Node) -> Vec<Arc<Scalar>> {
    match &node.kind {
        NodeKind::Scalar(scalar) => vec![Arc::clone(scalar)],
        NodeKind::Sequence(items) => items.iter().flat_map(scalars).collect(),
        NodeKind::Mapping(entries) => entries.iter().flat_map(|entry| scalars(&entry.value)).collect(),
    }
}

/// Every character of the decoded text points at what it was made from: itself, a fold, or an escape.
fn check_map(text: &str, scalar: &Scalar) {
    let mut last = 0;
    for (at, c) in scalar.text.char_indices() {
        let span = scalar.map.span(at, at + c.len_utf8());
        assert!(span.start >= last, "{text:?}: goes back at {at} of {:?}", scalar.text);
        last = span.end;
        let made = &text[span.start as usize..span.end as usize];
        let is_fold = made.contains(['\n', '\r']) && matches!(c, ' ' | '\n');
        let is_escape = scalar.style == ScalarStyle::DoubleQuoted && made.starts_with('\\');
        let is_quote = scalar.style == ScalarStyle::SingleQuoted && c == '\'' && made == "''";
        let is_missing_break = c == '\n' && made.is_empty() && scalar.map.whole().end as usize <= text.len();
        let is_itself = made.chars().eq([c]);
        assert!(
            is_itself || is_fold || is_escape || is_quote || is_missing_break,
            "{text:?}: {c:?} made from {made:?}"
        );
    }
}

fn check_scalar(text: &str, decoded: &str, content: &str) {
    let (tree, found) = parse_text(text);
    assert!(found.is_empty(), "{text:?}: {found:?}");
    let tree = tree.unwrap();
    let scalar = scalar_of(entry(&tree, "k"));
    assert_eq!(scalar.text, decoded, "{text:?}");
    let whole = scalar.map.whole();
    assert_eq!(&text[whole.start as usize..whole.end as usize], content, "{text:?}");
    check_map(text, scalar);
}

#[test]
fn a_scalar_spans_its_content_and_maps_back_exactly() {
    check_scalar("k: a + b # c\n", "a + b", "a + b");
    check_scalar("k: a\n  + b\n\n\n  + c\n", "a + b\n\n+ c", "a\n  + b\n\n\n  + c");
    check_scalar("k: 'it''s'\n", "it's", "it''s");
    check_scalar("k: 'a \t\n\n  b'\n", "a\nb", "a \t\n\n  b");
    check_scalar(
        "k: \"a\\n\\x41\\u00e9\\U0001F600\\N\\_\\L\\P\\\"\\/\"",
        "a\nAé😀\u{85}\u{a0}\u{2028}\u{2029}\"/",
        r#"a\n\x41\u00e9\U0001F600\N\_\L\P\"\/"#,
    );
    check_scalar("k: \"a \\\n   b\\\r\n\n  c\n  d\"", "a b\nc d", "a \\\n   b\\\r\n\n  c\n  d");
    check_scalar("k: |\n  a\n   b\n\n  c\n\nj: 1\n", "a\n b\n\nc\n", "a\n   b\n\n  c");
    check_scalar("k: |-\n\n  a\n", "\na", "a");
    check_scalar("k: |2+\n   a\n\n\nj: 1\n", " a\n\n\n", " a");
    check_scalar("k: >\n  a\n  b\n\n  c\n    d\n  e\n", "a b\nc\n  d\ne\n", "a\n  b\n\n  c\n    d\n  e");
    check_scalar("k: >-\r\n  ñ\r\n  b\r\n", "ñ b", "ñ\r\n  b");
    check_scalar("k: !!str &x |\n  a", "a\n", "a");
    check_scalar("\u{feff}k: ñandú + x\n", "ñandú + x", "ñandú + x");
    check_scalar("k: &a !t 'x'\n", "x", "x");
    check_scalar("k:\nj: 1\n", "", "");
    check_scalar("k: |\nj: 1\n", "", "");
    check_scalar("k: |+\n\n\nj: 1\n", "\n\n", "");
    check_scalar("k: a\tb\n", "a\tb", "a\tb");
    check_scalar("{k: a\n  b, j: 2}", "a b", "a\n  b");
}

#[test]
fn the_span_of_a_token_is_its_characters_in_every_style() {
    for text in [
        "k: q + inflow\n",
        "k: q\n   + inflow\n",
        "k: 'q + inflow'\n",
        "k: \"q\\t+ \\x69nflow\"\n",
        "k: |\n   q +\n\n     inflow # comment\n",
        "k: >\r\n   q +\r\n   inflow\r\n",
    ] {
        let (tree, _) = parse_text(text);
        let tree = tree.unwrap();
        let scalar = scalar_of(entry(&tree, "k"));
        let at = scalar.text.find("nflow").unwrap();
        let span = scalar.map.span(at, at + 5);
        assert_eq!(&text[span.start as usize..span.end as usize], "nflow", "{text:?}");
    }
}

fn check_refused(text: &str, code: &str, message: &str, place: &str) {
    let (tree, found) = parse_text(text);
    assert!(tree.is_none() || code == "FT0006" || code == "FT0007", "{text:?}");
    assert_eq!(found.len(), 1, "{text:?}: {found:#?}");
    assert_eq!(found[0].code.id, code, "{text:?}: {}", found[0].message);
    assert!(found[0].message.contains(message), "{text:?}: {}", found[0].message);
    assert_eq!(
        &text[found[0].span.start as usize..found[0].span.end as usize],
        place,
        "{text:?}: {}",
        found[0].message
    );
}

#[test]
fn what_is_no_single_document_is_refused_with_its_place() {
    check_refused("", "FT0001", "document is empty", "");
    check_refused("# nothing\n", "FT0001", "document is empty", "");
    check_refused("a: 1\n---\nb: 2\n", "FT0001", "found a second one", "---");
    check_refused("a: *b\n", "FT0001", "unknown alias `*b`", "*b");
    check_refused("a: &b [*b]\n", "FT0001", "inside the value", "*b");
    check_refused("a: [1, 2\n", "FT0001", "invalid YAML", "[");
    check_refused("a: \"x\n", "FT0001", "invalid YAML", "\"");
    check_refused("a: b\0c: d\n", "FT0001", "invalid YAML", "\0");
    check_refused("a: 1\nb: 2\na: 3\n", "FT0006", "key `a` stands twice", "a");
    check_refused("? [1]\n: 2\n", "FT0007", "expected text as a key", "[1]");
    check_refused("<<: 1\na: 2\n", "FT0007", "expected a mapping to merge", "1");
}

fn keys_of(text: &str) -> Vec<(String, String)> {
    let (tree, found) = parse_text(text);
    assert!(found.is_empty(), "{found:?}");
    let tree = tree.unwrap();
    let NodeKind::Mapping(entries) = &entry(&tree, "m").kind else { panic!("a mapping") };
    entries.iter().map(|entry| (entry.key.value.to_string(), scalar_of(&entry.value).text.clone())).collect()
}

#[test]
fn merged_keys_give_way_to_those_written_and_to_earlier_ones() {
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let anchors = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n";
    assert_eq!(keys_of(&format!("{anchors}m: {{<<: *a, x: 5}}")), pairs(&[("x", "5"), ("y", "2")]));
    assert_eq!(keys_of(&format!("{anchors}m: {{<<: [*a, *b]}}")), pairs(&[("x", "1"), ("y", "2"), ("z", "4")]));
    assert_eq!(keys_of("m: {'<<': 5}"), pairs(&[("<<", "5")]));
}

#[test]
fn a_file_with_carriage_returns_and_a_mark_decodes_the_same() {
    let text = "k: a\n  b\nl: |\n  c\n\n  d\nm: [\"e\n  f\", 'g\n\n  h', >\n x]\n";
    let text = text.replace(", >\n x", "");
    let texts = |text: &str| scalars(&parse_text(text).0.unwrap()).iter().map(|s| s.text.clone()).collect::<Vec<_>>();
    let plain = texts(&text);
    assert_eq!(plain.len(), 4);
    for variant in
        [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("\u{feff}{}", text.replace('\n', "\r\n"))]
    {
        assert_eq!(texts(&variant), plain, "{variant:?}");
        for scalar in scalars(&parse_text(&variant).0.unwrap()) {
            check_map(&variant, &scalar);
        }
    }
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}

#[test]
fn nesting_beyond_the_limit_is_one_error_on_a_small_stack() {
    let chain: String = (1..1000).map(|at| format!("- &a{at} [*a{}]\n", at - 1)).collect();
    let deep = [
        "[".repeat(20_000),
        "{a: ".repeat(20_000),
        "- ".repeat(20_000),
        "? ".repeat(20_000),
        (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
        format!("- &a0 []\n{chain}"),
    ];
    for text in deep {
        on_a_small_stack(move || {
            let (tree, found) = parse_text(&text);
            assert!(tree.is_none());
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].code.id, "FT0002", "{}", found[0].message);
        });
    }
    on_a_small_stack(|| assert!(parse_text(&format!("{}{}", "[".repeat(64), "]".repeat(64))).0.is_some()));
}

#[test]
fn an_alias_bomb_ends_at_the_alias_that_crosses_the_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..9 {
        let aliases = vec![format!("*a{}", at - 1); 10].join(", ");
        text += &format!("a{at}: &a{at} [{aliases}]\n");
    }
    let (tree, found) = parse_text(&text);
    assert!(tree.is_none());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.id, "FT0002");
    assert!(found[0].message.contains("more than 1000000 nodes"), "{}", found[0].message);
    assert_eq!(&text[found[0].span.start as usize..found[0].span.end as usize], "*a4");
}

#[test]
fn a_long_text_counts_as_often_as_aliases_repeat_it() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1000));
    let (tree, found) = parse_text(&text);
    assert!(tree.is_none());
    assert_eq!((found.len(), found[0].code.id), (1, "FT0002"));
}

#[test]
fn a_document_beyond_64_mib_is_refused_unread() {
    let (tree, found) = parse_text(&"[".repeat(MAX_BYTES + 1));
    assert!(tree.is_none());
    assert_eq!(found[0].code.id, "FT0002");
}

/// Text that is interesting in all styles: quotes, escapes, breaks, blanks, comments, other scripts.
fn content() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a"),
        Just("b1"),
        Just(" "),
        Just("  "),
        Just("\t"),
        Just("\n"),
        Just("\n\n"),
        Just("\r\n"),
        Just("'"),
        Just("''"),
        Just("\""),
        Just("\\"),
        Just("\\n"),
        Just("\\x41"),
        Just("\\u00e9"),
        Just("\\U0001F600"),
        Just("\\N"),
        Just("\\_"),
        Just("\\\n"),
        Just("\\ "),
        Just("#"),
        Just(" #"),
        Just(":"),
        Just(","),
        Just("ñ"),
        Just("日"),
        Just("😀"),
        Just("-"),
        Just("+"),
        Just("\r"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn document() -> impl Strategy<Value = String> {
    (content(), 0..8usize, 1..5usize, any::<bool>()).prop_map(|(content, style, indent, crlf)| {
        let lead = " ".repeat(indent);
        let indented = content.replace('\n', &format!("\n{lead}"));
        let text = match style {
            0 => format!("k: {indented}\nj: 1\n"),
            1 => format!("k: '{indented}'\n"),
            2 => format!("k: \"{indented}\" # c\n"),
            3 => format!("k: |\n{lead}{indented}\nj: 1\n"),
            4 => format!("k: >-\n{lead}{indented}\n\n"),
            5 => format!("k: !!str &x |{indent}+ # c\n{lead}{indented}"),
            6 => format!("k: >+\n\n{lead}{indented}\n\n\nj: 2\n"),
            _ => format!("\u{feff}[{indented}, &a \"{indented}\"]"),
        };
        if crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_scalar_that_parses_maps_back_exactly(text in document()) {
        for scalar in parse_text(&text).0.iter().flat_map(scalars) {
            check_map(&text, &scalar);
        }
    }

    #[test]
    fn random_text_ends_in_a_tree_or_a_diagnostic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let (tree, found) = parse_text(&text);
        prop_assert!(tree.is_some() || !found.is_empty());
        for scalar in tree.iter().flat_map(scalars) {
            check_map(&text, &scalar);
        }
    }

    #[test]
    fn random_yaml_signs_end_in_a_tree_or_a_diagnostic(text in "[a:, \n\t\r\\[\\]{}&*!|>'\"#%@?<-]{0,60}") {
        let (tree, found) = parse_text(&text);
        prop_assert!(tree.is_some() || !found.is_empty());
        for scalar in tree.iter().flat_map(scalars) {
            check_map(&text, &scalar);
        }
    }
}
