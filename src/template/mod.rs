//! Templates: models with parameters. A [`Template`] is loaded from a [`TemplateSet`] with all that it includes, and
//! checked as far as it can be without values; [`Template::instantiate`] makes a model of it. Values replace
//! placeholders in the parsed tree, so that none can become structure, and every scalar of the model knows the
//! characters of the template that it was made from: what is wrong with the model is shown in the template.
//!
//! ```
//! use flowtime::template::{Arguments, Template, shipped};
//!
//! let template = Template::load(&shipped(), "order-system")?;
//! let mut arguments = Arguments { start: Some("2025-10-07T00:00:00Z".into()), bins: Some(288), ..Arguments::default() };
//! arguments.set("q0", "0");
//! let instance = template.instantiate(&arguments)?;
//! assert!(instance.text.starts_with("schemaVersion: 1\n"));
//! # Ok::<(), flowtime::template::TemplateError>(())
//! ```

mod arguments;
mod assemble;
mod check;
mod draft;
mod error;
mod include;
mod instance;
mod load;
mod names;
mod parameter;
mod placeholder;
pub mod schema;
mod select;
mod set;
mod shipped;
mod substitute;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use arguments::{Argument, Arguments};
pub use assemble::GENERATOR;
pub use error::{ParameterError, Problems, TemplateError};
pub use instance::Instance;
pub use load::{Template, TemplateKind, TemplateSummary, list};
pub use names::METRICS;
pub use parameter::{ParameterDeclaration, ParameterType};
pub use set::{FolderTemplates, MemoryTemplates, TemplateSet};
pub use shipped::{SHIPPED, Shipped, shipped};
