//! Templates through the public API: the shipped ones, and the rules that a page of the suite can't show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Arguments, FolderTemplates, Instance, MemoryTemplates, ParameterError, Template, TemplateError, TemplateKind, list,
    shipped,
};
use crate::diagnostics::{Severity, render};
use crate::driver::{self, Settings};
use crate::load::{MemoryLoader, SourceCheck};
use flowtime_runtime::engine::{Backend, Options};

/// Eight bins from midnight, with all telemetry that `template` knows or none that it can do without.
fn arguments(template: &Template, all_telemetry: bool) -> Arguments {
    Arguments {
        start: Some("2025-10-06T00:00:00Z".to_owned()),
        bins: Some(8),
        available: if all_telemetry { template.flags() } else { BTreeSet::new() },
        ..Arguments::default()
    }
}

/// Every file that a model of the template may read.
fn telemetry() -> MemoryLoader {
    let nodes = ["OrderService", "OrderQueue", "BillingService", "BillingQueue", "LedgerService", "HttpService"];
    let metrics = super::METRICS.iter().flat_map(|metric| nodes.map(|node| format!("telemetry/{node}_{metric}.csv")));
    let rows = [120, 135, 0, 90, 200, 0, 150, 145];
    let csv: String = rows.iter().enumerate().map(|(bin, value)| format!("{bin},{value}\n")).collect();
    MemoryLoader::new(metrics.map(|path| (path, format!("bin_index,value\n{csv}").into_bytes())).collect())
}

fn instance(template: &str, arguments: &Arguments) -> Instance {
    Template::load(&shipped(), template).unwrap().instantiate(arguments).unwrap()
}

/// The instance and its text are the same model, without errors; both backends leave the same bits.
fn check_runs(instance: &Instance) {
    let loader = telemetry();
    let check = instance.check(&loader, SourceCheck::Content);
    let shown = render::full(&check.diagnostics, &check.sources, false);
    assert!(check.model.is_some(), "{shown}\n{}", instance.text);
    let read = driver::check("model.yaml", &instance.text, &loader, SourceCheck::Content);
    assert!(read.model.is_some(), "{}", render::full(&read.diagnostics, &read.sources, false));
    assert_eq!(read.diagnostics.len(), check.diagnostics.len(), "{shown}");
    let engine = Options { backend: Backend::Both, ..Options::default() };
    let settings = Settings { engine, ..Settings::default() };
    let run = driver::run(&read.model.unwrap(), &loader, &settings, &|_| ()).unwrap();
    assert!(!run.outputs.is_empty() && run.outputs.iter().all(|output| output.values.len() == 8));
}

#[test]
fn every_shipped_template_is_documented_and_without_problems() {
    let summaries = list(&shipped()).unwrap();
    assert_eq!(summaries.len(), 5);
    for summary in summaries {
        let template = summary.template.unwrap();
        assert!(!template.description.is_empty(), "{}", template.path);
        assert!(template.parameters.iter().all(|one| one.description.is_some() && one.default.is_some()));
        let problems = template.check();
        assert!(problems.diagnostics.is_empty(), "{}", render::full(&problems.diagnostics, &problems.sources, false));
        let simulates = template.path.starts_with("simulation/");
        assert_eq!(simulates, template.kind == TemplateKind::Simulation);
    }
}

#[test]
fn every_shipped_template_runs_with_all_telemetry_and_with_the_least() {
    for summary in list(&shipped()).unwrap() {
        let template = summary.template.unwrap();
        for all_telemetry in [true, false] {
            check_runs(&template.instantiate(&arguments(&template, all_telemetry)).unwrap());
        }
    }
}

/// The model of the founding chapter, as a person would write it.
const CHAPTER: &str = include_str!("tests/chapter.yaml");

#[test]
fn one_selected_node_gives_the_model_of_the_chapter() {
    let available =
        ["arrivals", "served", "errors", "demand"].map(|metric| ("OrderService".to_owned(), metric.to_owned()));
    let arguments = Arguments {
        start: Some("2025-10-07T00:00:00Z".to_owned()),
        bins: Some(288),
        parameters: BTreeMap::from([
            ("q0".to_owned(), json!(0).into()),
            ("enable_capacity_inference".to_owned(), json!(true).into()),
        ]),
        available: available.into(),
        selection: Some(vec!["OrderService".to_owned()]),
        generated_at: Some("2025-10-07T14:30:00Z".to_owned()),
        ..Arguments::default()
    };
    let text = instance("order-system", &arguments).text;
    assert_eq!(text, CHAPTER);
}

#[test]
fn the_same_arguments_give_the_same_text() {
    let template = Template::load(&shipped(), "microservices").unwrap();
    let text = || template.instantiate(&Arguments::default()).unwrap().text;
    assert_eq!(text(), text());
}

/// A template in memory whose model is `parts`, with a number, a string, a boolean and an enum as parameters.
fn template(parts: &str) -> Template {
    let text = format!(
        "templateType: simulation\nversion: \"1.0\"\nparameters:\n  \
         - {{ name: q0, type: number, default: 0, min: 0, max: 10 }}\n  \
         - {{ name: label, type: string, default: jobs }}\n  \
         - {{ name: flag, type: boolean, default: true }}\n  \
         - {{ name: size, type: enum, values: [small, large], default: small }}\n  \
         - {{ name: needed, type: number, required: true }}\n\
         grid: {{ bins: 2, binSize: 5, binUnit: minutes }}\n{parts}"
    );
    match Template::parse(&MemoryTemplates::default(), "test.yaml", &text) {
        Ok(template) => template,
        Err(TemplateError::Invalid { problems, .. }) => {
            panic!("{}", render::full(&problems.diagnostics, &problems.sources, false))
        }
        Err(error) => panic!("{error}"),
    }
}

fn given(parameters: &[(&str, Value)]) -> Arguments {
    let mut parameters: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    parameters.entry("needed".to_owned()).or_insert(json!(1).into());
    Arguments { parameters, ..Arguments::default() }
}

fn check_refused(arguments: &Arguments, message: &str, body: &Value) {
    let error = template("").instantiate(arguments).unwrap_err();
    assert_eq!(error.to_string(), message);
    let (status, mut found) = error.body();
    assert_eq!((status, found["message"].take()), (400, Value::from(message)));
    found.as_object_mut().unwrap().remove("message");
    assert_eq!(&found, body);
}

#[test]
fn a_parameter_that_does_not_fit_is_answered_with_what_was_expected() {
    check_refused(
        &given(&[("q0", json!("zero"))]),
        "parameter `q0` is a number, found the string `zero`",
        &json!({ "error": "parameter_type_mismatch", "parameter": "q0", "expected": "number", "actual": "string", "value": "zero" }),
    );
    check_refused(
        &given(&[("q0", json!(11))]),
        "parameter `q0` is 11, above its `max` 10",
        &json!({ "error": "parameter_out_of_range", "parameter": "q0", "value": 11, "min": 0, "max": 10 }),
    );
    check_refused(
        &given(&[("size", json!("huge"))]),
        "parameter `size` is `huge`, expected `small` or `large`",
        &json!({ "error": "parameter_not_allowed", "parameter": "size", "value": "huge", "allowed": ["small", "large"] }),
    );
    check_refused(
        &given(&[("q1", json!(1))]),
        "there is no parameter `q1`",
        &json!({ "error": "unknown_parameter", "parameter": "q1", "value": 1, "known": ["q0", "label", "flag", "size", "needed"] }),
    );
    check_refused(
        &Arguments::default(),
        "parameter `needed` is required, expected a number",
        &json!({ "error": "parameter_required", "parameter": "needed", "expected": "number" }),
    );
    check_refused(
        &given(&[("window.bins", json!("many"))]),
        "parameter `window.bins` is a number, found the string `many`",
        &json!({ "error": "parameter_type_mismatch", "parameter": "window.bins", "expected": "number", "actual": "string", "value": "many" }),
    );
}

#[test]
fn all_parameters_that_do_not_fit_are_named_together() {
    let error = template("").instantiate(&given(&[("q0", json!(true)), ("flag", json!(1))])).unwrap_err();
    assert!(matches!(&error, TemplateError::Parameters(errors) if errors.len() == 2), "{error}");
    assert_eq!(error.body().1["errors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_text_of_a_command_line_is_read_as_the_type_that_is_declared() {
    let mut arguments = Arguments::default();
    arguments.set("q0", "2.5").set("label", "5").set("flag", "false").set("size", "large").set("needed", "1e3");
    let instance = template("").instantiate(&arguments).unwrap();
    let expected = [("q0", json!(2.5)), ("label", json!("5")), ("flag", json!(false)), ("size", json!("large"))];
    for (name, value) in expected.into_iter().chain([("needed", json!(1000))]) {
        assert_eq!(instance.parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value), Some(&value));
    }
    let error = template("").instantiate(Arguments::default().set("needed", "inf")).unwrap_err();
    assert!(
        matches!(&error, TemplateError::Parameters(errors) if matches!(errors[0], ParameterError::TypeMismatch { .. }))
    );
}

/// A value that would be YAML if it were pasted.
const HOSTILE: &str = "x\"\n  - id: injected\n    kind: const\n    value: 1 # {{q0}} }} ' : [";

#[test]
fn no_value_becomes_structure_or_a_placeholder() {
    let parts =
        "expressions:\n  - { id: a, kind: const, value: 1, unit: \"{{label}}\", description: \"in {{label}}.\" }\n";
    let instance = template(parts).instantiate(&given(&[("label", json!(HOSTILE))])).unwrap();
    let check = driver::check("model.yaml", &instance.text, &MemoryLoader::default(), SourceCheck::Skip);
    let model = check.model.unwrap().model;
    assert_eq!(model.series.len(), 1);
    assert_eq!(model.series[0].unit.as_deref(), Some(HOSTILE));
    assert_eq!(model.series[0].description, Some(format!("in {HOSTILE}.")));
}

#[test]
fn a_selected_node_must_be_there_and_enabled() {
    let template = Template::load(&shipped(), "order-system").unwrap();
    let select = |node: &str| {
        let selection = Some(vec![node.to_owned()]);
        let error = template.instantiate(&Arguments { selection, ..arguments(&template, false) }).unwrap_err();
        assert_eq!(error.body().1["error"], "unknown_node");
        (error.to_string(), error.help())
    };
    let (message, help) = select("OrderServce");
    assert_eq!(
        (message.as_str(), help.as_deref()),
        ("the template has no node `OrderServce`", Some("use `OrderService`"))
    );
    let (message, help) = select("OrderQueue");
    assert_eq!(message, "the node `OrderQueue` is not enabled");
    assert_eq!(help.as_deref(), Some("select from `OrderService`, `Clients`"));
}

#[test]
fn diagnostics_of_the_model_lie_in_the_template_and_its_includes() {
    let files = BTreeMap::from([(
        "b.yaml".to_owned(),
        "expressions:\n  - { id: b, kind: expr, expr: \"{{label}} + oops\" }\n".to_owned(),
    )]);
    let text = "templateType: simulation\nversion: \"1.0\"\nparameters: [ { name: label, type: string, default: oh } ]\n\
        includes: [ { path: b.yaml } ]\ngrid: { binSize: 5, binUnit: minutes }\nexpressions: []\n";
    let template = Template::parse(&MemoryTemplates::new(files), "a.yaml", text).unwrap();
    let arguments = Arguments { bins: Some(0), ..Arguments::default() };
    let check = template.instantiate(&arguments).unwrap().check(&MemoryLoader::default(), SourceCheck::Skip);
    let found = check
        .diagnostics
        .iter()
        .map(|one| (check.sources.file(one.span.file).name.as_str(), one.code.id, check.sources.text(one.span)));
    let expected = [("b.yaml", "FT0301", "{{label}}"), ("b.yaml", "FT0301", "oops"), ("<arguments>", "FT0008", "0")];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert!(check.diagnostics.iter().all(|one| one.code.severity == Severity::Error));
}

#[test]
fn a_link_out_of_the_folder_is_no_include() {
    let folder = std::env::temp_dir().join(format!("flowtime-templates-{}", std::process::id()));
    let root = folder.join("templates");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(folder.join("secret.yaml"), "expressions: []\n").unwrap();
    std::fs::write(
        root.join("a.yaml"),
        "templateType: simulation\nversion: \"1.0\"\nincludes: [ { path: link.yaml } ]\n",
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.join("secret.yaml"), root.join("link.yaml")).unwrap();
    let error = Template::load(&FolderTemplates::new(&root), "a").unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    let TemplateError::Invalid { problems, .. } = error else { panic!("{error}") };
    assert_eq!(
        problems.diagnostics.iter().map(|one| one.code.id).collect::<Vec<_>>(),
        [if cfg!(unix) { "FT0605" } else { "FT0609" }]
    );
}
