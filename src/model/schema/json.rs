//! The key tables as a JSON Schema (draft 2020-12), for editors. It is a little wider than the decoder, which also
//! checks what keys have to do with each other.

use serde_json::{Map, Value, json};

use super::{DISTRIBUTIONS, Distribution, Key, MODEL, Section, Shape};

/// The schema of a model file.
pub fn json_schema() -> Value {
    let mut schema = section_schema(&MODEL);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".into(), json!("FlowTime model"));
    }
    schema
}

fn section_schema(section: &Section) -> Value {
    let properties: Map<String, Value> =
        section.keys.iter().map(|key| (key.name.to_owned(), key_schema(key))).collect();
    let required: Vec<&str> = section.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    closed_object(section.doc, &properties, &required)
}

fn closed_object(doc: &str, properties: &Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({
        "type": "object",
        "description": doc,
        "properties": properties,
        "patternProperties": { "^x-": {} },
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn key_schema(key: &Key) -> Value {
    let mut schema = shape_schema(&key.shape);
    if !key.required && !matches!(key.shape, Shape::Any | Shape::Formula) {
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    schema["description"] = json!(key.doc);
    schema
}

fn shape_schema(shape: &Shape) -> Value {
    let id =
        || json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^`\\u0000-\\u001f\\u007f]+$" });
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Id => id(),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Whole(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Formula => json!({ "type": ["string", "number", "boolean", "null"] }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::NumberOrId => json!({ "anyOf": [{ "type": "number" }, id()] }),
        Shape::Start => json!({ "anyOf": [{ "type": "number" }, { "type": "boolean" }, id()] }),
        Shape::Values => list(&json!({ "type": ["number", "null"] })),
        Shape::Numbers => list(&json!({ "type": "number" })),
        Shape::Texts => list(&json!({ "type": "string" })),
        Shape::Ids => list(&id()),
        Shape::One(section) => section_schema(section),
        Shape::Many(section) => list(&section_schema(section)),
        Shape::NumberById => by_id(&json!({ "type": "number" })),
        Shape::ValuesById => by_id(&list(&json!({ "type": ["number", "null"] }))),
        Shape::Distribution => {
            json!({ "oneOf": DISTRIBUTIONS.iter().map(distribution_schema).collect::<Vec<_>>() })
        }
        Shape::Any => json!({}),
    }
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn by_id(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

fn distribution_schema(distribution: &Distribution) -> Value {
    let mut properties = Map::new();
    properties.insert("type".into(), json!({ "const": distribution.name }));
    properties.insert("sample".into(), json!({ "type": "boolean", "description": "Draw a value per bin." }));
    for parameter in distribution.parameters {
        let mut schema = shape_schema(&Shape::NumberOrId);
        schema["description"] = json!(parameter.domain.describe());
        properties.insert(parameter.name.into(), schema);
    }
    let mut required = vec!["type"];
    required.extend(distribution.parameters.iter().map(|parameter| parameter.name));
    if distribution.table {
        for name in ["values", "probabilities"] {
            properties.insert(name.into(), shape_schema(&Shape::Numbers));
            required.push(name);
        }
    }
    closed_object(distribution.doc, &properties, &required)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_in_docs_is_the_one_made_from_the_tables() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/model.schema.json");
        let made = format!("{}\n", serde_json::to_string_pretty(&json_schema()).unwrap());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == made, "docs/model.schema.json is stale: run this test again with UPDATE=1");
    }
}
