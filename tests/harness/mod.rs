//! From pages to trials. A page is Markdown (see [`page`]), a trial checks one case of it on one backend (see [`case`]).
//! What must hold over all pages together, [`catalogue`] knows; models too long for a page are in [`limits`].

pub(crate) mod backend;
mod case;
mod catalogue;
mod concise;
mod examples;
mod flags;
mod limits;
mod loader;
mod page;
mod reorder;
mod template;
pub(crate) mod update;
mod values;

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

use backend::backends;
use case::Case;

/// Every trial there is; a page that can't be read is the error.
pub(crate) fn trials() -> Result<Vec<Trial>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = page::read_folder(root, "tests/suite")?;
    let errors = page::read_folder(root, "docs/errors")?;
    let language = page::read_folder(root, "docs/language")?;
    let mut trials = vec![catalogue::every_code_is_emitted(&errors, &suite)];
    trials.extend(errors.into_iter().filter_map(catalogue::error_page));
    trials.extend(suite.into_iter().flat_map(|case| on_every_backend(case, Needs::Expectation)));
    trials.extend(language.into_iter().flat_map(|case| on_every_backend(case, Needs::Nothing)));
    trials.extend(examples::trials());
    trials.extend(limits::trials());
    Ok(trials)
}

/// Whether a case without an expectation is a mistake or an illustration.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Expectation,
    Nothing,
}

fn on_every_backend(case: Case, needs: Needs) -> Vec<Trial> {
    let case = Arc::new(case);
    backends()
        .map(|backend| {
            let case = Arc::clone(&case);
            Trial::test(format!("{} [{}]", case.name(), backend.name), move || {
                if case.has_expectation() || needs == Needs::Nothing {
                    on_a_small_stack(move || case.verify(backend))
                } else {
                    Err(Failed::from("a model, and nothing that is expected of it"))
                }
            })
        })
        .collect()
}

/// The stack that the language promises to be enough for any model.
const STACK_BYTES: usize = 512 * 1024;

fn on_a_small_stack(test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Result<(), Failed> {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(test)?;
    match thread.join() {
        Ok(result) => result.map_err(Failed::from),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
