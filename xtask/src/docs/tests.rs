//! Renders a sample description and compares pages, freshness and refusals.

use super::*;

const SAMPLE: &str = r#"{
  "modules": [{
    "name": "store", "classes": ["storage", "io"], "doc": "Key/value stores.\n\nMore.",
    "functions": [{"signature": "get(id: string): (Store?, error?)", "doc": "Opens a store."}],
    "constants": [{"name": "MAX", "value": "10"}],
    "objects": [{"name": "Store", "doc": "An open store.",
                 "methods": [{"signature": "has(key: string): boolean", "doc": "Asks for a key."}]}]
  }],
  "kinds": [{
    "kind": "store.memory", "doc": "Lives with the node.",
    "fields": [
      {"name": "max_size", "type": "integer", "default": "10000", "doc": "Keys kept\nbefore a | b."},
      {"name": "owner", "type": "string", "default": "!", "doc": "Who."},
      {"name": "label", "type": "string", "default": "", "doc": "Shown."}
    ]
  }]
}"#;

#[track_caller]
fn page(path: &str, expected: &str) {
    let pages = pages(SAMPLE).expect("the sample is well formed");
    assert_eq!(pages[path].strip_prefix(MARK), Some(expected));
}

#[test]
fn a_module_has_its_functions_and_objects() {
    page(
        "docs/modules/store.md",
        "# Module `store`\n\nKey/value stores.\n\nMore.\n\nClasses: storage, io.\n\
         \n## `store.get`\n\n```lua\nstore.get(id: string): (Store?, error?)\n```\n\nOpens a store.\n\
         \n## Constants\n\n- `store.MAX` = `10`\n\
         \n## `Store`\n\nAn open store.\n\
         \n### `Store:has`\n\n```lua\nStore:has(key: string): boolean\n```\n\nAsks for a key.\n",
    );
}

#[test]
fn a_library_has_globals_alternatives_types_and_generic_objects() {
    let sample = r#"{"modules": [{
        "name": "base", "library": true, "classes": [], "doc": "Globals.", "functions": [],
        "globals": [{"signature": "pick(n: number): number", "doc": "One."},
                    {"signature": "pick(\"all\"): ...number", "doc": "All."}],
        "constants": [{"name": "huge", "type": "number"}],
        "objects": [{"name": "Box<T>", "doc": "Holds.", "methods": [{"signature": "get(): T", "doc": "It."}]}],
        "records": [{"name": "Row", "type": "{id: string}", "doc": "A row."}]
    }, {
        "name": "log", "classes": [], "doc": "Logs.", "method_calls": true, "objects": [],
        "functions": [{"signature": "info(text: string)", "doc": "Says."}]
    }], "kinds": []}"#;
    let pages = pages(sample).expect("the sample is well formed");
    let base = "# Library `base`\n\nGlobals.\n\
        \n## `pick`\n\n```lua\npick(n: number): number\npick(\"all\"): ...number\n```\n\nOne.\n\nAll.\n\
        \n## Constants\n\n- `huge`: `number`\n\
        \n## `Box<T>`\n\nHolds.\n\n### `Box:get`\n\n```lua\nBox:get(): T\n```\n\nIt.\n\
        \n## `Row`\n\n```lua\ntype Row = {id: string}\n```\n\nA row.\n";
    assert_eq!(pages["docs/modules/base.md"].strip_prefix(MARK), Some(base));
    assert!(pages["docs/modules/log.md"].contains("## `log:info`\n\n```lua\nlog:info(text: string)\n"));
}

#[test]
fn a_kind_has_its_fields_and_says_which_must_be_given() {
    page(
        "docs/kinds/store.memory.md",
        "# Kind `store.memory`\n\nLives with the node.\n\n| field | type | default | meaning |\n|---|---|---|---|\n\
         | `max_size` | integer | `10000` | Keys kept before a \\| b. |\n| `owner` | string | required | Who. |\n\
         | `label` | string | – | Shown. |\n",
    );
}

#[test]
fn the_index_has_the_first_paragraph_of_each() {
    page(
        "docs/modules/README.md",
        "# Lua modules and libraries\n\n- [`store`](store.md): Key/value stores.\n",
    );
    page(
        "docs/kinds/README.md",
        "# Entry kinds\n\n- [`store.memory`](store.memory.md): Lives with the node.\n",
    );
}

#[test]
fn what_is_missing_changed_or_left_over_is_stale() -> Result<()> {
    let root = Scratch::new("stale")?;
    let all = [
        "docs/kinds/README.md",
        "docs/kinds/store.memory.md",
        "docs/modules/README.md",
        "docs/modules/store.md",
    ];
    assert_eq!(stale(&root.0, SAMPLE)?, all);

    write(&root.0, SAMPLE)?;
    assert_eq!(stale(&root.0, SAMPLE)?, Vec::<String>::new());

    std::fs::write(root.0.join("docs/modules/gone.md"), "x")?;
    std::fs::write(root.0.join("docs/modules/store.md"), "x")?;
    assert_eq!(stale(&root.0, SAMPLE)?, ["docs/modules/gone.md", "docs/modules/store.md"]);

    write(&root.0, SAMPLE)?;
    assert_eq!(stale(&root.0, SAMPLE)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_description_of_another_shape_is_refused() {
    let refused = |text: &str, why: &str| {
        let error = format!("{:#}", pages(text).expect_err("it is refused"));
        assert!(error.contains(why), "{error}");
    };
    refused("{", "the binary's description");
    refused(r#"{"modules": []}"#, "missing field `kinds`");
    refused(&SAMPLE.replace("\"doc\": \"Who.\"", "\"doc\": \"Who.\", \"x\": 1"), "unknown field `x`");
    refused(&SAMPLE.replace("store.memory", "../memory"), "cannot name a page");
    refused(&SAMPLE.replace("\"store\"", "\"README\""), "described twice");
}

/// A folder that goes with the test.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("xtask-docs-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
