//! One case: a model, its files, and what must hold. A case that expects values holds for every order in which the
//! series may be declared; a case that expects diagnostics names every error, and every warning if it names one.

use std::path::{Path, PathBuf};

use flowtime::diagnostics::{Diagnostic, Severity};
use flowtime::driver::{self, Check, Evaluation, Settings};
use flowtime::load::SourceCheck;

use super::backend::Backend;
use super::loader::MemoryFiles;
use super::page::Block;
use super::reorder::{Order, reorder};
use super::{concise, flags, template, update, values};

/// The name under which the compiler sees a case's model.
const MODEL_NAME: &str = "model.yaml";

/// A heading of a page with its blocks.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The file of the page.
    pub(crate) path: PathBuf,
    /// The page's path below the repository.
    pub(crate) page: String,
    /// The heading.
    pub(crate) title: String,
    model: Option<Block>,
    settings: Option<Block>,
    files: MemoryFiles,
    values: Option<Block>,
    flags: Option<Block>,
    diagnostics: Option<Block>,
    instance: Option<Block>,
}

impl Case {
    /// A case that has no blocks yet.
    pub(crate) fn new(path: &Path, page: &str, title: &str) -> Self {
        Self {
            path: path.to_owned(),
            page: page.to_owned(),
            title: title.to_owned(),
            model: None,
            settings: None,
            files: MemoryFiles::default(),
            values: None,
            flags: None,
            diagnostics: None,
            instance: None,
        }
    }

    /// Takes in a block that stands under the heading.
    pub(crate) fn take(&mut self, block: Block) -> Result<(), String> {
        if let Some(path) = block.value("file") {
            return self.files.add(path, &block);
        }
        let slot = match block.info.first().map_or("", String::as_str) {
            "yaml" if block.has("expect") => &mut self.instance,
            "yaml" => &mut self.model,
            "set" => &mut self.settings,
            "warnings" => &mut self.flags,
            "diagnostics" => &mut self.diagnostics,
            "csv" if block.has("expect") => &mut self.values,
            _ => return Ok(()),
        };
        match slot.replace(block) {
            None => Ok(()),
            Some(_) => Err("a second block of this kind under one heading".to_owned()),
        }
    }

    /// Whether there is a model to test.
    pub(crate) fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// Whether the case says what should come out.
    pub(crate) fn has_expectation(&self) -> bool {
        let blocks = [&self.values, &self.flags, &self.diagnostics, &self.instance];
        blocks.iter().any(|block| block.is_some())
    }

    /// How the test is called.
    pub(crate) fn name(&self) -> String {
        format!("{}::{}", self.page, self.title)
    }

    /// The codes that the diagnostics block names.
    pub(crate) fn expected_codes(&self) -> Vec<String> {
        let expected = self.diagnostics.as_ref().map(|block| concise::parse(&block.text));
        expected.and_then(Result::ok).into_iter().flatten().map(|line| line.code).collect()
    }

    /// Checks the model and compares the diagnostics with the block, if there is one.
    pub(crate) fn verify_diagnostics(&self) -> Result<Check, String> {
        let check = self.check(&self.model_text());
        if let Some(block) = &self.diagnostics {
            let shown = reported(block, &check);
            let lines = concise::render(&check.sources, &shown);
            let result = concise::compare(&concise::parse(&block.text)?, &lines);
            update::on_failure(self, block, result, || concise::print(&lines, block.has("fill")))?;
        }
        Ok(check)
    }

    /// Compares all that is expected with what `backend` gives.
    pub(crate) fn verify(&self, backend: &Backend) -> Result<(), String> {
        self.verify_diagnostics()?;
        self.verify_instance()?;
        if self.values.is_none() && self.flags.is_none() {
            return Ok(());
        }
        for order in Order::ALL {
            let Some(text) = self.reordered(*order) else {
                continue;
            };
            self.verify_values(backend, &text).map_err(|problem| format!("series {}: {problem}", order.name()))?;
        }
        Ok(())
    }

    /// Compares the model that a template makes with the block, if there is one.
    fn verify_instance(&self) -> Result<(), String> {
        let Some(block) = &self.instance else { return Ok(()) };
        let found = template::instantiate(&self.model_text(), &self.files, &self.parameters()?)?;
        let result = if found == block.text { Ok(()) } else { Err(format!("the template makes:\n{found}")) };
        update::on_failure(self, block, result, || found)
    }

    fn verify_values(&self, backend: &Backend, text: &str) -> Result<(), String> {
        let (check, evaluation) = self.evaluate(backend, text)?;
        if let Some(block) = &self.values {
            let result = values::compare(&values::parse(&block.text)?, &evaluation.outputs, block.has("only"));
            update::on_failure(self, block, result, || values::print(&block.text, &evaluation.outputs))?;
        }
        let expected = self.flags.as_ref().map_or("", |block| &block.text);
        let found = flags::render(&check, &evaluation.flags);
        let result = flags::compare(expected, &found);
        match &self.flags {
            Some(block) => update::on_failure(self, block, result, || found.concat()),
            None => result,
        }
    }

    fn evaluate(&self, backend: &Backend, text: &str) -> Result<(Check, Evaluation), String> {
        let check = self.check(text);
        let Some(model) = &check.model else {
            let lines = concise::render(&check.sources, &check.diagnostics);
            return Err(format!("the model has errors:\n{}", concise::print(&lines, true)));
        };
        let evaluation = backend.run(model, &self.files, &self.settings()?).map_err(|error| format!("{error:?}"))?;
        Ok((check, evaluation))
    }

    fn check(&self, text: &str) -> Check {
        if self.is_template() {
            let parameters = self.parameters().unwrap_or_default();
            return template::check(text, &self.files, &parameters);
        }
        driver::check(MODEL_NAME, text, &self.files, SourceCheck::Content)
    }

    fn is_template(&self) -> bool {
        self.model.as_ref().is_some_and(|block| block.has("template"))
    }

    fn reordered(&self, order: Order) -> Option<String> {
        let keeps_order = self.is_template() || self.model.as_ref().is_some_and(|block| block.has("ordered"));
        match order {
            Order::AsWritten => Some(self.model_text()),
            _ if keeps_order => None,
            _ => reorder(&self.model_text(), order),
        }
    }

    /// The model; `short=N` saves the version and a grid of N five-minute bins. They are put behind the block, so that
    /// positions are those of the block.
    fn model_text(&self) -> String {
        let Some(block) = &self.model else {
            return String::new();
        };
        match block.value("short") {
            Some(bins) => {
                let grid = format!("{{ bins: {bins}, binSize: 5, binUnit: minutes }}");
                format!("{}schemaVersion: 1\ngrid: {grid}\n", block.text)
            }
            None => block.text.clone(),
        }
    }

    /// The settings of the run; those of a template are its parameters.
    fn settings(&self) -> Result<Settings, String> {
        let given = if self.is_template() { Vec::new() } else { self.parameters()? };
        let parameters = given.into_iter().map(|(name, value)| {
            let number = value.parse().map_err(|_| format!("`{value}` is no number"))?;
            Ok((name, number))
        });
        Ok(Settings { parameters: parameters.collect::<Result<_, String>>()?, ..Settings::default() })
    }

    /// The lines of the `set` block.
    fn parameters(&self) -> Result<Vec<(String, String)>, String> {
        let text = self.settings.as_ref().map_or("", |block| &block.text);
        let parameters = text.lines().map(|line| {
            let (name, value) = line.split_once('=').ok_or_else(|| format!("`{line}` is no setting"))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        });
        parameters.collect()
    }
}

/// The diagnostics that `block` speaks of: the errors, and the warnings if it names one or says `all`.
fn reported(block: &Block, check: &Check) -> Vec<Diagnostic> {
    let with_warnings = block.has("all") || block.text.contains("warning[");
    let wanted = |diagnostic: &&Diagnostic| with_warnings || diagnostic.code.severity == Severity::Error;
    check.diagnostics.iter().filter(wanted).cloned().collect()
}
