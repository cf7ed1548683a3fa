//! The templates that come with FlowTime, compiled in.

use std::io;

use super::set::TemplateSet;

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        /// Path and text of every file, sorted by path.
        pub const SHIPPED: &[(&str, &str)] =
            &[$(($path, include_str!(concat!("../../templates/", $path)))),*];
    };
}

shipped! {
    "shared/common-topology.yaml",
    "shared/standard-expressions.yaml",
    "simulation/microservices.yaml",
    "simulation/retail-flow.yaml",
    "telemetry/billing-system.yaml",
    "telemetry/http-service.yaml",
    "telemetry/order-system.yaml",
}

/// The set of the shipped templates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped;

/// The templates that come with FlowTime.
pub fn shipped() -> Shipped {
    Shipped
}

impl TemplateSet for Shipped {
    fn paths(&self) -> io::Result<Vec<String>> {
        Ok(SHIPPED.iter().map(|(path, _)| (*path).to_owned()).collect())
    }

    fn read(&self, path: &str) -> io::Result<String> {
        let found = SHIPPED.iter().find(|(shipped, _)| *shipped == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }

    fn display(&self, path: &str) -> String {
        format!("templates/{path}")
    }
}
