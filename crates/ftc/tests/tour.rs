//! The README's tour from events to an explained what-if: its commands are run in an empty folder, and what they say must
//! be what the README shows. `UPDATE=1` writes what they say into the README.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The section that holds the tour.
const SECTION: &str = "\n## From events to an explained what-if\n";

/// The first byte and the end of each console block's content in the tour.
fn blocks(readme: &str) -> Vec<(usize, usize)> {
    let begin = readme.find(SECTION).unwrap() + SECTION.len();
    let end = readme[begin..].find("\n## ").map_or(readme.len(), |at| begin + at);
    let mut blocks = Vec::new();
    let mut at = begin;
    while let Some(found) = readme[at..end].find("```console\n") {
        let first = at + found + "```console\n".len();
        let last = first + readme[first..end].find("```\n").unwrap();
        blocks.push((first, last));
        at = last + "```\n".len();
    }
    blocks
}

/// The commands of a block: a line that begins with `$ `, and those it is continued on.
fn commands(block: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in block.lines() {
        match commands.last_mut() {
            Some(command) if command.ends_with('\\') => command.push_str(&format!("\n{line}")),
            _ => commands.extend(line.strip_prefix("$ ").map(str::to_owned)),
        }
    }
    commands
}

/// What a terminal shows of a command.
fn transcript(folder: &Path, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_ftc")).parent().unwrap();
    let path = format!("{}:{}", program.display(), env::var("PATH").unwrap());
    let script = format!("exec 2>&1\n{command}");
    let output = Command::new("sh").args(["-c", &script]).env("PATH", path).current_dir(folder).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{command}\n{shown}");
    format!("$ {command}\n{shown}")
}

#[test]
fn the_tour_of_the_readme_says_what_the_commands_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut made, mut at, mut count) = (String::new(), 0, 0);
    for (first, last) in blocks(&readme) {
        made.push_str(&readme[at..first]);
        for command in commands(&readme[first..last]) {
            made.push_str(&transcript(folder.path(), &command));
            count += 1;
        }
        at = last;
    }
    made.push_str(&readme[at..]);
    assert!(count >= 6, "the tour has {count} commands");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, made).unwrap();
    } else {
        assert_eq!(made, readme, "run this test with UPDATE=1");
    }
}
