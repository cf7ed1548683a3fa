//! Telemetry of a small system.
