//! Cases whose model is made of a template: ```` ```yaml template ````, with its includes as `yaml file=PATH` blocks and
//! its parameters in the `set` block. All telemetry that a case has as files is there for its flags. Without parameters
//! the template is checked with all its choices, with them as the model that they give.

use std::collections::BTreeSet;

use flowtime::driver::Check;
use flowtime::load::SourceCheck;
use flowtime::source::Sources;
use flowtime::template::{Arguments, Instance, Problems, Template, TemplateError};

use super::loader::MemoryFiles;

/// The path under which the template is seen.
const PATH: &str = "template.yaml";

/// What is wrong with a template, and the model of its defaults or parameters.
pub(crate) fn check(text: &str, files: &MemoryFiles, parameters: &[(String, String)]) -> Check {
    let template = match load(text, files) {
        Ok(template) => template,
        Err(error) => return failed(error),
    };
    let made = make(&template, files, parameters).map(|instance| instance.check(files, SourceCheck::Content));
    if !parameters.is_empty() {
        return made.unwrap_or_else(failed);
    }
    let Problems { diagnostics, sources } = template.check();
    Check { sources, diagnostics, model: made.ok().and_then(|check| check.model) }
}

/// The text of the model that a template makes.
pub(crate) fn instantiate(text: &str, files: &MemoryFiles, parameters: &[(String, String)]) -> Result<String, String> {
    let instance = load(text, files).and_then(|template| make(&template, files, parameters));
    instance.map(|instance| instance.text).map_err(|error| error.to_string())
}

fn load(text: &str, files: &MemoryFiles) -> Result<Template, TemplateError> {
    Template::parse(&files.templates(PATH, text), PATH, text)
}

fn make(template: &Template, files: &MemoryFiles, parameters: &[(String, String)]) -> Result<Instance, TemplateError> {
    let is_there = |(node, metric): &(String, String)| files.has(&format!("telemetry/{node}_{metric}.csv"));
    let available: BTreeSet<_> = template.flags().into_iter().filter(is_there).collect();
    let mut arguments = Arguments { available, ..Arguments::default() };
    for (name, value) in parameters {
        match name.as_str() {
            "nodes" => arguments.selection = Some(value.split(',').map(|node| node.trim().to_owned()).collect()),
            _ => {
                arguments.set(name, value);
            }
        }
    }
    template.instantiate(&arguments)
}

fn failed(error: TemplateError) -> Check {
    match error {
        TemplateError::Invalid { problems, .. } => {
            Check { sources: problems.sources, diagnostics: problems.diagnostics, model: None }
        }
        _ => Check { sources: Sources::default(), diagnostics: Vec::new(), model: None },
    }
}
