//! The JSON schema of a form file, for editors that complete and check while one types.

/// The schema of `form.toml`, indented.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(super::raw::RawForm);
    serde_json::to_string_pretty(schema.as_value()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_every_zone_and_refuses_unknown_keys() {
        let schema: serde_json::Value = serde_json::from_str(&json_schema()).expect("JSON");
        let field = &schema["$defs"]["RawField"];
        assert_eq!(field["additionalProperties"], false);
        for zone in [
            "marks", "grid", "comb", "rank", "line", "barcode", "ink", "picture",
        ] {
            assert!(field["properties"][zone].is_object(), "{zone}");
        }
        assert_eq!(
            schema["required"],
            serde_json::json!(["form", "edition", "title"])
        );
    }
}
