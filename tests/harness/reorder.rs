//! The same model with its series declared in another order. The entries of the top-level `nodes:` list are moved as
//! text, so that nothing else of the model changes.

/// An order of the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Order {
    /// That of the page.
    AsWritten,
    /// Last first.
    Reversed,
    /// Any, always the same.
    Shuffled,
}

impl Order {
    /// All of them.
    pub(crate) const ALL: &[Order] = &[Order::AsWritten, Order::Reversed, Order::Shuffled];

    /// How it is called in a report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Order::AsWritten => "as written",
            Order::Reversed => "in reverse order",
            Order::Shuffled => "in shuffled order",
        }
    }
}

/// `text` with its series in `order`; nothing if there are not two series to exchange.
pub(crate) fn reorder(text: &str, order: Order) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let start = lines.iter().position(|line| line.trim_end() == "nodes:")? + 1;
    let length =
        lines[start..].iter().take_while(|line| line.trim().is_empty() || line.starts_with([' ', '-'])).count();
    let (list, rest) = lines[start..].split_at(length);
    let mut entries = entries(list);
    if entries.len() < 2 {
        return None;
    }
    match order {
        Order::AsWritten => {}
        Order::Reversed => entries.reverse(),
        Order::Shuffled => shuffle(&mut entries),
    }
    Some([lines[..start].concat(), entries.concat(), rest.concat()].concat())
}

fn entries(list: &[&str]) -> Vec<String> {
    let indent = list.first().map_or(0, |line| line.len() - line.trim_start().len());
    let begins_entry = |line: &str| line.get(indent..).is_some_and(|line| line.starts_with("- "));
    let mut entries: Vec<String> = Vec::new();
    for line in list {
        match entries.last_mut() {
            Some(entry) if !begins_entry(line) => entry.push_str(line),
            _ => entries.push((*line).to_owned()),
        }
    }
    entries
}

/// Fisher and Yates' shuffle, driven by Knuth's 64-bit linear congruential generator.
fn shuffle(entries: &mut [String]) {
    let mut state: u64 = 42;
    for last in (1..entries.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        entries.swap(last, (state >> 33) as usize % (last + 1));
    }
}
