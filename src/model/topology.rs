//! The topology of a model: the parts of a system, the flows between them, and which series play which role. Plain data,
//! as decoded; roles and ends of edges are names that nobody has looked up yet.

use super::{Id, Initial};
use crate::source::Spanned;

/// Services and queues.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// The nodes in file order.
    pub nodes: Vec<TopologyNode>,
    /// The edges in file order.
    pub edges: Vec<TopologyEdge>,
}

/// A service, queue or other part of the system.
#[derive(Clone, Debug, PartialEq)]
pub struct TopologyNode {
    /// Its name.
    pub id: Id,
    /// What it is.
    pub kind: NodeKind,
    /// A group, for people.
    pub group: Option<String>,
    /// Where a page draws it.
    pub ui: Option<(f64, f64)>,
    /// Role to series, only the roles that are given and not null.
    pub semantics: Vec<(Role, Id)>,
    /// `sla_min`: minutes.
    pub sla_min: Option<Spanned<f64>>,
    /// `q0`: the queue before bin 0.
    pub q0: Option<Spanned<Initial>>,
}

/// What a topology node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `service`
    Service,
    /// `queue`
    Queue,
    /// `router`
    Router,
    /// `external`
    External,
    /// `dependency`
    Dependency,
}

/// The part a series plays for a topology node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `arrivals`
    Arrivals,
    /// `served`
    Served,
    /// `errors`
    Errors,
    /// `external_demand`
    ExternalDemand,
    /// `queue`
    Queue,
    /// `capacity`
    Capacity,
    /// `latency_min`
    LatencyMin,
    /// `served_baseline`
    ServedBaseline,
}

impl Role {
    /// Every role, in the order of the schema.
    pub const ALL: [Role; 8] = [
        Role::Arrivals,
        Role::Served,
        Role::Errors,
        Role::ExternalDemand,
        Role::Queue,
        Role::Capacity,
        Role::LatencyMin,
        Role::ServedBaseline,
    ];

    /// The spelling of the schema.
    pub fn name(self) -> &'static str {
        match self {
            Role::Arrivals => "arrivals",
            Role::Served => "served",
            Role::Errors => "errors",
            Role::ExternalDemand => "external_demand",
            Role::Queue => "queue",
            Role::Capacity => "capacity",
            Role::LatencyMin => "latency_min",
            Role::ServedBaseline => "served_baseline",
        }
    }
}

/// A flow between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct TopologyEdge {
    /// Its name, if it has one.
    pub id: Option<Id>,
    /// `Node` or `Node:port`.
    pub from: Endpoint,
    /// `Node` or `Node:port`.
    pub to: Endpoint,
    /// Share of the flow.
    pub weight: Option<f64>,
}

/// One end of an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The node's id.
    pub node: Id,
    /// The port behind the colon.
    pub port: Option<String>,
}
